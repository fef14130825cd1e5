// @ts-check
// Copies to the clipboard, also where browsers lack the API.
import { toast } from "./toast.js";

/**
 * Copies a text and says so.
 *
 * @param {string} text
 * @param {string} confirmation
 */
export const copy = async (text, confirmation) => {
  try {
    await write(text);
    toast(confirmation);
  } catch {
    toast(`The browser did not allow copying: ${text}`);
  }
};

/** @param {string} text */
const write = async (text) => {
  // Undefined on pages without TLS, whatever its type says.
  const clipboard = /** @type {Clipboard | undefined} */ (navigator.clipboard);
  if (clipboard) return clipboard.writeText(text);
  // Deprecated, but the only way there.
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (!isCopied) throw new Error("refused");
};
