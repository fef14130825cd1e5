//! What the replicas serve: a dashboard over the spread table with the counter among its panels, and some that
//! are warmed every minute.

use std::fmt::Write as _;

/// The panel whose figure is the counter.
pub(super) const COUNTER: &str = "counter";
/// The table of the counter, and the one of all other panels.
pub(super) const COUNTERS: &str = "table:bench.public.counters";
pub(super) const SALES: &str = "table:bench.public.sales";
/// Schedules.
pub(super) const SCHEDULES: usize = 4;
/// The panels of the dashboard.
pub(super) const PANELS: usize = 8;
/// The ranges and regions that readers choose.
const RANGES: [&str; 2] = ["last-7-days", "last-30-days"];
pub(super) const REGIONS: [&str; 7] = ["", "r0", "r1", "r2", "r3", "r4", "r5"];

/// The dashboards, by file name.
pub(super) fn all() -> Vec<(String, String)> {
    let mut all = vec![("sales.toml".into(), sales())];
    for number in 0..SCHEDULES {
        // Each run loads: what it loaded is gone before the next one.
        let text = format!(
            "title = \"Warmed {number}\"\nsource = \"bench\"\nwarm = \"* * * * *\"\n\
             cache = {{ ttl = \"5s\", stale = \"1s\", early = false }}\n\
             [[panel]]\nid = \"n\"\ntitle = \"N\"\nkind = \"stat\"\n\
             sql = \"select count(*) as n from warmed_{number}\"\n"
        );
        all.push((format!("warmed-{number}.toml"), text));
    }
    all
}

fn sales() -> String {
    let mut text = String::from(
        "title = \"Sales\"\nsource = \"bench\"\ntimezone = \"Europe/London\"\nrange = \"last 7 days\"\n\
         interval = \"day\"\ncache = { ttl = \"1h\", stale = \"1h\", mode = \"strict\" }\n\
         [[variable]]\nname = \"region\"\noptions = [\"r0\", \"r1\", \"r2\", \"r3\", \"r4\", \"r5\"]\n\
         [[panel]]\nid = \"counter\"\ntitle = \"Counter\"\nkind = \"stat\"\n\
         sql = \"select sum(value)::bigint as value from counters\"\n",
    );
    let figures = [("revenue", "sum(amount)"), ("lines", "count(*)"), ("most", "max(amount)")];
    for (id, figure) in figures {
        panel(&mut text, id, "stat", &format!("select {figure} as {id}"), "");
        let select = format!("select $bucket(at) as day, {figure} as {id}");
        panel(&mut text, &format!("{id}-by-day"), "line", &select, "group by 1 order by 1");
    }
    let rest = "group by 1 order by 2 desc, 1 limit 20";
    panel(&mut text, "products", "table", "select product, sum(amount) as revenue", rest);
    text
}

fn panel(text: &mut String, id: &str, kind: &str, select: &str, rest: &str) {
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "[[panel]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"{kind}\"\nsql = \"\"\"\n{select} from sales\n\
         where $range(at) and $optional(region = :region)\n{rest}\n\"\"\"\n"
    );
}

/// The views that readers open, in the order of how often.
pub(super) fn views() -> Vec<String> {
    let regions = REGIONS.iter().flat_map(|region| {
        RANGES.iter().map(move |range| match *region {
            "" => format!("range={range}"),
            region => format!("range={range}&region={region}"),
        })
    });
    regions.collect()
}
