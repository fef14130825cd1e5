// @ts-check
// The type of the stream's news about a panel.

/**
 * Which edition there is, or for how many milliseconds it has been loading.
 *
 * @typedef {{ state: string, edition?: string, error?: string, elapsed?: number }} News
 */
/** @typedef {ReturnType<typeof hear>} Heard news, and when they came by the page's clock */

/** @param {News} news */
export const hear = (news) => ({ ...news, heard: performance.now() });
