//! The zone in which columns without a zone were written, as far as the source's owner declares it.

use crate::ZoneName;
use std::collections::BTreeMap;

/// The wall clock that a column without a zone was written by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WallClock {
    /// The dashboard's, or a rollup's.
    Dashboard,
    /// That of a zone, whatever the dashboard's.
    Zone(ZoneName),
}

/// What is declared about a source's columns without a zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct WallClocks {
    /// For all of them; `None` if nothing is declared.
    pub source: Option<WallClock>,
    /// For single columns, by `table.column` or `schema.table.column` in lower case.
    pub columns: BTreeMap<String, WallClock>,
}

impl WallClocks {
    /// What is declared about the column `column` of `table`, both in lower case and without quotes;
    /// either side may leave the schema out.
    pub fn of(&self, table: &str, column: &str) -> Option<&WallClock> {
        let name = format!("{table}.{column}");
        let ends = |long: &str, short: &str| {
            long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let mut said = self.columns.iter();
        let said = said.find(|(said, _)| ends(said, &name) || ends(&name, said));
        said.map(|(_, clock)| clock).or(self.source.as_ref())
    }

    /// All of its content, for entry keys.
    pub fn fingerprint_parts(&self) -> Vec<Vec<u8>> {
        let said = |clock: &WallClock| match clock {
            WallClock::Dashboard => "dashboard".to_owned(),
            WallClock::Zone(zone) => zone.to_string(),
        };
        let source = self.source.iter().map(|clock| format!("wall clock {}", said(clock)));
        let columns = self.columns.iter();
        let columns = columns.map(|(name, clock)| format!("wall clock {name} {}", said(clock)));
        source.chain(columns).map(String::into_bytes).collect()
    }
}

#[cfg(feature = "tz")]
impl WallClock {
    /// Reads `dashboard` or the name of a zone; an error says what may be written.
    pub fn parse(text: &str) -> Result<Self, String> {
        match ZoneName::parse(text) {
            _ if text == "dashboard" => Ok(Self::Dashboard),
            Ok(zone) => Ok(Self::Zone(zone)),
            Err(_) => Err("must be \"dashboard\", \"UTC\" or the name of a time zone such as \
                           \"Europe/London\""
                .into()),
        }
    }
}

#[cfg(all(test, feature = "tz"))]
mod tests {
    use super::*;

    #[test]
    fn a_column_may_differ_from_its_source_and_either_side_may_leave_the_schema_out() {
        let zone = |name| WallClock::parse(name).unwrap();
        let columns = [("public.flights.dep_local", "dashboard"), ("trips.at", "Asia/Tokyo")];
        let columns = columns.map(|(name, clock)| (name.to_owned(), zone(clock)));
        let clocks = WallClocks { source: Some(zone("UTC")), columns: columns.into() };
        assert_eq!(clocks.of("flights", "dep_local"), Some(&WallClock::Dashboard));
        assert_eq!(clocks.of("public.flights", "dep_local"), Some(&WallClock::Dashboard));
        assert_eq!(clocks.of("public.trips", "at"), Some(&zone("Asia/Tokyo")));
        for (table, column) in
            [("flights", "dep"), ("nightflights", "dep_local"), ("trips", "that")]
        {
            assert_eq!(clocks.of(table, column), Some(&zone("UTC")), "{table}.{column}");
        }
        assert_eq!(WallClocks::default().of("trips", "at"), None);
    }

    #[test]
    fn a_wall_clock_is_the_dashboards_or_a_zones() {
        assert_eq!(WallClock::parse("dashboard"), Ok(WallClock::Dashboard));
        assert!(matches!(WallClock::parse("Europe/Madrid"), Ok(WallClock::Zone(_))));
        assert!(WallClock::parse("Mars/Olympus").unwrap_err().contains("\"Europe/London\""));
    }
}
