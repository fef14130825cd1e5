// @ts-check
// What is out of date is shown anew, in its place where that can be done.
import { pageAt } from "./prefetch.js";
import { show } from "./swap.js";

/**
 * Nobody asked for it: while the server is away, what is shown stays.
 *
 * @returns whether the new page is shown
 */
export const reloadInPlace = async () => (await show(() => pageAt(location.href), true)) === "shown";
