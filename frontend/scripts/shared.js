// @ts-check
// Constants that scripts and the server share. A test compares this file with the server's own:
// `server/tests/pages/scripts.rs`.

/** How long a page that streams waits for a panel, in ms. */
export const PAGE_WAIT = 1_500;

/** The parameter with the order of a panel's table. */
export const SORT = "sort";

/** The parameter with the page of a panel's table. */
export const PAGE = "page";

/** The header of a request for a page that replaces another. */
export const SWAP = "brisk-swap";
