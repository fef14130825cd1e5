// @ts-check
// What scripts and the server both say. A test of the server compares this file with what it says itself:
// `server/tests/pages/scripts.rs`.

/** How long a page that streams waits for a panel, in ms. */
export const PAGE_WAIT = 1_500;

/** The parameter with the order of a panel's table. */
export const SORT = "sort";

/** The parameter with the page of a panel's table. */
export const PAGE = "page";

/** The header of a request for a page that takes the place of another. */
export const SWAP = "brisk-swap";
