// A dashboard whose panels take a chosen time: seconds of counting in SQLite, or of waiting elsewhere.

/**
 * A statement that counts to a number.
 *
 * @param {string} name of the column
 * @param {number} numbers
 */
export const counting = (name, numbers) =>
  `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${Math.round(numbers)}) select max(i) as ${name} from n`;

/**
 * Eighteen quick panels, one of 0.8 s, which is the second-slowest, and one of five seconds.
 *
 * @param {string} title
 * @param {string} source
 * @param {(name: string, seconds: number) => string} statement a statement that takes that long
 */
const dashboard = (title, source, statement) => {
  /** @type {string[]} */
  const panels = [];
  /**
   * @param {string} id
   * @param {number} seconds
   */
  const add = (id, seconds) =>
    panels.push(`
[[panel]]
id = "${id}"
title = "${id}"
kind = "stat"
at = { x = ${(panels.length % 4) * 3}, y = ${Math.floor(panels.length / 4) * 2}, w = 3, h = 2 }
cache = { ttl = "1h", stale = "0s" }
sql = "${statement(`n_${panels.length}`, seconds)}"`);
  for (let i = 0; i < 18; i += 1) add(`quick-${i}`, 0.02);
  add("second", 0.8);
  add("slowest", 5);
  return `title = "${title}"\nsource = "${source}"\nrange = "last 7 days"\n${panels.join("\n")}\n`;
};

/** Over a database elsewhere, whose work takes no CPU time on this machine. */
export const elsewhere = () =>
  dashboard("Elsewhere", "held", (name, seconds) => `select n as ${name} from waits_${seconds * 1_000}`);

/**
 * Over a SQLite file, whose work runs in the server's own process.
 *
 * @param {number} perSecond how far SQLite counts in a second
 */
export const here = (perSecond) =>
  dashboard("Here", "retail", (name, seconds) => counting(name, seconds * perSecond));

/**
 * One panel that counts, to measure how long that takes.
 *
 * @param {number} numbers
 */
export const calibration = (numbers) => `title = "Calibration"
source = "retail"
range = "last 7 days"
[[panel]]
id = "count"
title = "Count"
kind = "stat"
cache = { ttl = "1s", stale = "0s" }
sql = "${counting("counted", numbers)}"
`;
