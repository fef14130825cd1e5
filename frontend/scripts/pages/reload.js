// @ts-check
// Reloads an outdated page, in place where possible.
import { pageAt } from "./prefetch.js";
import { Elsewhere } from "./request.js";
import { show } from "./swap.js";

/**
 * The reader did not ask for it: while the server is away, the current page stays.
 *
 * @returns whether the new page is shown
 */
export const reloadInPlace = async () => {
  const coming = pageAt(location.href);
  // Its reader has no session any more: what was shown may not be meant for the person there now.
  coming.catch((error) => error instanceof Elsewhere && location.reload());
  return (await show(() => coming, true)) === "shown";
};
