// @ts-check
// Fetches pages as documents, with a header that says that they replace another page, so that the
// server waits for nothing in them.

import { SWAP } from "../shared.js";

/** The server does not answer, or a proxy answers for it. */
export class Away extends Error {}

/** The server answers with another page: the one for signing in. */
export class Elsewhere extends Error {}

/**
 * Whether an address is that of a page that can replace another.
 *
 * @param {URL} url
 */
export const isPage = (url) =>
  url.origin === location.origin && (url.pathname === "/" || /^\/d\/[^/]+(\/p\/[^/]+)?$/.test(url.pathname));

/**
 * @param {string} href
 * @param {AbortSignal} [signal]
 */
export const get = async (href, signal) => {
  const response = await request(href, { signal });
  if (response.redirected) throw new Elsewhere();
  return read(response);
};

/**
 * The page that a form leads to.
 *
 * @param {HTMLFormElement} form
 */
export const post = async (form) => {
  // Brisk's forms have fields of text only.
  const fields = /** @type {[string, string][]} */ ([...new FormData(form)]);
  return read(await request(form.action, { method: "POST", body: new URLSearchParams(fields) }));
};

/**
 * @param {string} href
 * @param {RequestInit} options
 */
const request = async (href, options) => {
  const response = await fetch(href, { headers: { [SWAP]: "1" }, ...options }).catch((error) => {
    throw error.name === "AbortError" ? error : new Away();
  });
  if ([502, 503, 504].includes(response.status)) throw new Away();
  return response;
};

/** @param {Response} response */
const read = async (response) => {
  if (!response.headers.get("content-type")?.startsWith("text/html")) throw new Error("not a page");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!page.getElementById("loader")) throw new Error("not a page of Brisk");
  return page;
};
