// A dashboard whose panels take as long as they are told: seconds of work for SQLite, which counts.

/** Numbers that this machine's SQLite counts in a second, roughly: see `calibrate`. */
export const counting = (name, numbers) =>
  `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${Math.round(numbers)}) select max(i) as ${name} from n`;

/** Nineteen quick panels with the slowest of them known, and one of five seconds. */
export function slowest(perSecond) {
  const panels = [];
  const add = (id, seconds) =>
    panels.push(`
[[panel]]
id = "${id}"
title = "${id}"
kind = "stat"
at = { x = ${(panels.length % 4) * 3}, y = ${Math.floor(panels.length / 4) * 2}, w = 3, h = 2 }
cache = { ttl = "1h", stale = "0s" }
sql = "${counting(`n_${panels.length}`, seconds * perSecond)}"`);
  for (let i = 0; i < 18; i += 1) add(`quick-${i}`, 0.005);
  add("second", 0.8);
  add("slowest", 5);
  return `title = "Slowest"\nsource = "retail"\nrange = "last 7 days"\n${panels.join("\n")}\n`;
}

/** One panel that counts, to see how long that takes. */
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
