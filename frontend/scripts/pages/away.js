// @ts-check
// The server does not answer, and the reader has asked for something.
import { say } from "../live-sign.js";
import { toast } from "../toast.js";

export const sayAway = () => {
  say("away");
  toast("The server is not responding. This page stays as it is; try again in a moment.");
};
