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

/**
 * Copies an image that the server draws, and says so.
 *
 * @param {string} address of a PNG
 */
export const copyImage = async (address) => {
  // Undefined on pages without TLS, and in older browsers.
  const clipboard = /** @type {Clipboard | undefined} */ (navigator.clipboard);
  if (!clipboard?.write || !("ClipboardItem" in window)) {
    toast("This browser copies no images here. Download the PNG instead.");
    return;
  }
  try {
    // The press allows the copy now, so the image is a promise.
    await clipboard.write([new ClipboardItem({ "image/png": drawn(address) })]);
    toast("Copied the image");
  } catch {
    toast("The image could not be copied. Download the PNG instead.");
  }
};

/** @param {string} address */
const drawn = async (address) => {
  const response = await fetch(address);
  if (!response.ok) throw new Error(response.statusText);
  return response.blob();
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
