//! Zones of which a server may know other clocks before 1970 than Brisk: Debian's and Ubuntu's do of these.

use crate::fixture::{cells, url::url};
use brisk_domain::{Access, Bounds, Interval, Query, SourceName, Timestamp, Values, ZoneName};
use brisk_source::{Context, Dialect, Limits, Source, compile};
use chrono::{Datelike as _, Timelike as _};
use std::collections::BTreeMap;

#[tokio::test]
async fn sessions_stand_in_zones_that_servers_know_otherwise_before_1970_only() {
    let Some(url) = url("BRISK_TEST_POSTGRES_URL") else { return };
    let name = SourceName::parse("pg").unwrap();
    let source = Source::postgres(name, &url, 1, Limits::default()).unwrap();
    let at = Timestamp::from_seconds;
    for (zone, shown) in [
        ("Europe/Amsterdam", "2026-03-02 00:30"),
        ("Europe/Oslo", "2026-03-02 00:30"),
        ("Europe/Stockholm", "2026-03-02 00:30"),
        ("Europe/Luxembourg", "2026-03-02 00:30"),
        ("Asia/Kuala_Lumpur", "2026-03-02 07:30"),
    ] {
        let zone = ZoneName::parse(zone).unwrap();
        let offsets = zone.offsets(at(-2_208_988_800), at(4_102_444_800));
        let run = async |sql: &str, bounds: Bounds| {
            let context = Context {
                bounds,
                interval: Interval::Day,
                zone: &zone,
                offsets: &offsets,
                variables: &BTreeMap::new(),
                access: &Access::anonymous(),
            };
            let statement = compile(&Query::new(sql), Dialect::Postgres, &context).unwrap();
            source.run(&statement, &[]).await.unwrap()
        };
        // 1 March 2026, 23:30 UTC.
        let now = Bounds { from: at(1_772_000_000), to: at(1_773_000_000) };
        let own = "select to_char(at, 'YYYY-MM-DD HH24:MI') as shown, count(*) as n
            from (values (timestamptz '2026-03-01 23:30Z')) t(at) where $range(at) group by 1";
        assert_eq!(cells(&run(own, now).await, "shown"), [Some(shown.to_owned())], "{zone}");
        assert_eq!(source.zone_advice(&zone), None, "{zone}");
        // A summer's evening of 1937, in a range of then.
        let moment = -1_025_000_000;
        let then = Bounds { from: at(moment - 86_400), to: at(moment + 86_400) };
        let bucket = "select $bucket(at) as day, count(*) as n
            from (select to_timestamp(-1025000000) as at) t where $range(at) group by 1";
        let frame = run(bucket, then).await;
        let start = Interval::Day.start(at(moment), &offsets);
        assert_eq!(frame.column("day").unwrap().values, Values::Time(vec![Some(start)]), "{zone}");
        // The same row of a statement that reads no range, or only its end.
        for sql in
            [bucket.replace("where $range(at)", ""), bucket.replace("$range(at)", "at < :to")]
        {
            let frame = run(&sql, now).await;
            let values = &frame.column("day").unwrap().values;
            assert_eq!(*values, Values::Time(vec![Some(start)]), "{zone}: {sql}");
        }
        // Parts of it, where no range says when it was; the author's own functions stay in the zone.
        let parts = "select $hour(at) as hour, $weekday(at) as day, to_char(later, 'YYYY-MM-DD HH24:MI') as shown
            from (select to_timestamp(-1025000000) as at, timestamptz '2026-03-01 23:30Z' as later) t";
        let local = offsets.local(at(moment));
        for sql in [parts.to_owned(), format!("{parts} where $range(later)")] {
            let frame = run(&sql, now).await;
            assert_eq!(cells(&frame, "hour"), [Some(local.hour().to_string())], "{zone}: {sql}");
            let day = local.weekday().number_from_monday().to_string();
            assert_eq!(cells(&frame, "day"), [Some(day)], "{zone}: {sql}");
            assert_eq!(cells(&frame, "shown"), [Some(shown.to_owned())], "{zone}: {sql}");
        }
        assert_eq!(cells(&run(own, now).await, "shown"), [Some(shown.to_owned())], "{zone} again");
    }
}
