// @ts-check
// Tells the reader that the server does not answer a request of theirs.
import { say } from "../live-sign.js";
import { toast } from "../toast.js";

export const sayAway = () => {
  say("away");
  toast("The server is not responding. This page stays as it is; try again in a moment.");
};
