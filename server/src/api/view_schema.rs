//! The schemas of what an address says about a view: exact, so that a program can tell before it asks
//! what would be refused. Each of them may be empty, which says nothing, as in a form.

use brisk_domain::ZoneName;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// A range that ends with the current day or hour.
pub struct RangeWord;

/// The IANA name of a time zone.
pub struct Zone;

/// A day, or a local time.
pub struct WallTime;

/// The width of buckets.
pub struct IntervalWord;

/// A dashboard's variables by name.
pub struct Variables;

/// The longest range has 50 years.
const RANGE: &str = "^(today|yesterday|(this|previous|last)-(hour|day|week|month|quarter|year)|\
    last-([1-9][0-9]{0,3}|[1-5][0-9]{4})-hours|last-([1-9][0-9]{0,3}|1[0-7][0-9]{3})-days|\
    last-([1-9][0-9]{0,2}|1[0-9]{3}|2[0-5][0-9]{2})-weeks|last-([1-9][0-9]?|[1-5][0-9]{2})-months|\
    last-([1-9][0-9]?|1[0-9]{2})-quarters|last-([1-9]|[1-4][0-9])-years)?$";
/// A day that exists, in the years 1900 to 2199; of leap years 29 February, too.
const WALL_TIME: &str = "^(((19|20|21)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|\
    (0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|\
    ((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)-02-29)\
    (T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?)?)?$";
const INTERVAL: &str = "^(auto|minute|hour|day|week|month|quarter|year)?$";

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String))
}

impl PartialSchema for RangeWord {
    fn schema() -> RefOr<Schema> {
        text().pattern(Some(RANGE)).examples(["last-30-days"]).into()
    }
}

impl PartialSchema for WallTime {
    fn schema() -> RefOr<Schema> {
        text().pattern(Some(WALL_TIME)).examples(["2011-11-01", "2011-11-01T09:30"]).into()
    }
}

impl PartialSchema for IntervalWord {
    fn schema() -> RefOr<Schema> {
        text().pattern(Some(INTERVAL)).examples(["day"]).into()
    }
}

impl PartialSchema for Zone {
    fn schema() -> RefOr<Schema> {
        let names = std::iter::once("").chain(ZoneName::all());
        text().enum_values(Some(names)).examples(["Asia/Tokyo"]).into()
    }
}

impl PartialSchema for Variables {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().schema_type(SchemaType::new(Type::Object));
        // These have a meaning of their own, and no variable is called so.
        let names = text().pattern(Some("^(?!(range|from|to|interval|tz|max-stale)$)"));
        object.property_names(Some(names)).into()
    }
}

impl ToSchema for Variables {}
impl ToSchema for RangeWord {}
impl ToSchema for Zone {}
impl ToSchema for WallTime {}
impl ToSchema for IntervalWord {}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::{Interval, TimeRange};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_the_patterns_allow_is_taken(
            range in RANGE.trim_matches(['^', '$']), from in WALL_TIME.trim_matches(['^', '$']),
            interval in INTERVAL.trim_matches(['^', '$']),
        ) {
            if !range.is_empty() {
                TimeRange::parse(&range).unwrap();
            }
            if !from.is_empty() {
                TimeRange::parse_custom(&from, &from[..10]).or_else(|_| TimeRange::parse_custom(&from[..10], &from)).unwrap();
            }
            let is_known = interval.is_empty() || interval == "auto" || Interval::parse(&interval).is_some();
            prop_assert!(is_known);
        }
    }

    #[test]
    fn every_zone_is_taken() {
        let all = ZoneName::all();
        assert!(all.len() > 500, "{}", all.len());
        for name in all {
            assert!(ZoneName::parse(name).is_ok(), "{name}");
        }
    }
}
