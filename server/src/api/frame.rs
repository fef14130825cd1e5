//! The JSON form of a frame: typed columns, every cell exact.

use brisk_domain::panel::{Computed, ComputedKind};
use brisk_domain::{Coverage, IsoInstant, Panel, Unit, Values, ZoneOffsets};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A statement's result: typed columns of equal length, followed by computed ones.
#[derive(Debug, Serialize, ToSchema)]
pub struct Frame<'a> {
    /// The number of rows.
    pub rows: usize,
    /// Which rows are complete time buckets; null if no column holds buckets.
    #[schema(required = true)]
    pub buckets: Option<Buckets<'a>>,
    /// The columns, in the order of the statement.
    #[schema(value_type = Vec<super::column_schema::Column>)]
    pub columns: Vec<Column<'a>>,
}

/// Which rows are complete time buckets.
#[derive(Debug, Serialize, ToSchema)]
pub struct Buckets<'a> {
    /// The column with each bucket's start.
    #[schema(example = "day")]
    pub column: &'a str,
    /// For each row, whether its bucket is complete: neither cut off by the range nor still in progress.
    /// `null` where the column is NULL.
    pub complete: Vec<Option<bool>>,
    /// How many incomplete buckets the panel leaves out.
    pub left_out: usize,
}

/// A column; [`super::column_schema::Column`] describes it.
#[derive(Debug, Serialize)]
pub struct Column<'a> {
    name: &'a str,
    label: String,
    #[serde(rename = "type")]
    kind: &'static str,
    unit: Option<String>,
    computed: Option<ComputedFrom<'a>>,
    cells: Cells<'a>,
}

/// How a column is computed from another.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComputedFrom<'a> {
    /// `running-total`, `share`, `delta` or `moving-average`.
    #[schema(value_type = String)]
    pub kind: ComputedKind,
    /// The name of the other column.
    pub of: &'a str,
}

#[derive(Debug)]
struct Cells<'a>(&'a Values);

/// One cell of a column.
#[derive(Debug)]
pub struct Cell<'a>(pub &'a Values, pub usize);

impl<'a> Frame<'a> {
    /// `frame`, whose columns are those of `panel`, and whose buckets have that coverage in `zone`.
    pub fn of(
        frame: &'a brisk_domain::Frame,
        panel: &'a Panel,
        coverage: Option<&Coverage>,
        zone: &ZoneOffsets,
    ) -> Self {
        let column = |at| Column::of(frame, at, panel);
        let columns = (0..frame.columns().len()).map(column);
        let buckets = coverage.and_then(|coverage| Buckets::of(frame, coverage, zone));
        Self { rows: frame.rows(), buckets, columns: columns.collect() }
    }
}

impl<'a> Buckets<'a> {
    /// The buckets of `frame`; `None` if no column holds them.
    pub fn of(
        frame: &'a brisk_domain::Frame,
        coverage: &Coverage,
        zone: &ZoneOffsets,
    ) -> Option<Self> {
        let column = frame.columns().get(coverage.column?)?;
        let is_whole = |row| Some(coverage.is_whole(coverage.start(&column.values, row, zone)?));
        Some(Self {
            column: &column.name,
            complete: (0..frame.rows()).map(is_whole).collect(),
            left_out: coverage.left_out,
        })
    }
}

/// The name of the column by which rows say whether their bucket is complete: `complete`, or `complete (2)`
/// where the statement has one of that name.
pub fn complete_name(frame: &brisk_domain::Frame) -> String {
    let names = (2..).map(|number| format!("complete ({number})"));
    let mut names = std::iter::once("complete".to_owned()).chain(names);
    names.find(|name| frame.column(name).is_none()).unwrap_or_default()
}

impl<'a> Column<'a> {
    fn of(frame: &'a brisk_domain::Frame, at: usize, panel: &'a Panel) -> Self {
        let column = &*frame.columns()[at];
        let (name, values) = (column.name.as_str(), &column.values);
        Self {
            name,
            label: panel.label_of(name),
            kind: type_of(values),
            unit: values.is_number().then(|| word(panel.unit_in(frame, at))).flatten(),
            computed: computed(panel, name).map(ComputedFrom::of),
            cells: Cells(values),
        }
    }
}

impl<'a> ComputedFrom<'a> {
    /// How the definition says it.
    pub fn of(computed: &'a Computed) -> Self {
        Self { kind: computed.kind, of: &computed.of }
    }
}

/// The computed column of that name.
pub fn computed<'a>(panel: &'a Panel, column: &str) -> Option<&'a Computed> {
    panel.computed.iter().find(|computed| computed.name == column)
}

/// The word for a unit; none for bare numbers.
pub fn word(unit: &Unit) -> Option<String> {
    (*unit != Unit::None).then(|| unit.clone().into())
}

fn type_of(values: &Values) -> &'static str {
    match values {
        Values::Int(_) => "int",
        Values::Decimal(_) => "decimal",
        Values::Float(_) => "float",
        Values::Bool(_) => "bool",
        Values::Text(_) => "text",
        Values::Time(_) => "time",
        Values::Date(_) => "date",
        Values::WallTime(_) => "wall-time",
    }
}

/// The word for a float that JSON has no number for, as in the JSON form of Protocol Buffers.
pub fn not_finite(value: f64) -> Option<&'static str> {
    match value {
        v if v.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

struct Float(f64);

impl Serialize for Float {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match not_finite(self.0) {
            Some(word) => serializer.serialize_str(word),
            None => serializer.serialize_f64(self.0),
        }
    }
}

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.0.len();
        let mut sequence = serializer.serialize_seq(Some(rows))?;
        for row in 0..rows {
            sequence.serialize_element(&Cell(self.0, row))?;
        }
        sequence.end()
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn cell<S: Serializer, T, J: Serialize>(
            serializer: S,
            (cells, row): (&[Option<T>], usize),
            json: impl Fn(&T) -> J,
        ) -> Result<S::Ok, S::Error> {
            cells.get(row).and_then(Option::as_ref).map(json).serialize(serializer)
        }
        let row = self.1;
        match self.0 {
            Values::Int(cells) => cell(serializer, (cells, row), |v| *v),
            Values::Decimal(cells) => cells.get(row).serialize(serializer),
            Values::Float(cells) => cell(serializer, (cells, row), |v| Float(*v)),
            Values::Bool(cells) => cell(serializer, (cells, row), |v| *v),
            Values::Text(cells) => cells.get(row).serialize(serializer),
            Values::Time(cells) => cell(serializer, (cells, row), |v| IsoInstant::utc(*v)),
            Values::Date(cells) => cell(serializer, (cells, row), ToString::to_string),
            Values::WallTime(cells) => cell(serializer, (cells, row), ToString::to_string),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::{Date, Decimal, Timestamp, WallTime};

    fn json(values: Values) -> String {
        serde_json::to_string(&Cells(&values)).unwrap()
    }

    #[test]
    fn whole_numbers_are_written_digit_for_digit() {
        let cells = json(Values::Int(vec![Some(i64::MAX), Some(i64::MIN), None, Some(0)]));
        assert_eq!(cells, "[9223372036854775807,-9223372036854775808,null,0]");
    }

    #[test]
    fn decimals_are_texts_with_all_their_digits() {
        let decimal = |text| Decimal::parse(text).ok();
        let long = "123456789012345678901234567890.10";
        let cells = json(Values::Decimal(vec![decimal(long), None, decimal("-0.0")]));
        assert_eq!(cells, format!("[\"{long}\",null,\"-0.0\"]"));
    }

    #[test]
    fn floats_survive_and_say_in_words_what_is_no_number() {
        let odd = [0.1, 1e300, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let cells = json(Values::Float(odd.into_iter().map(Some).chain([None]).collect()));
        assert_eq!(cells, r#"[0.1,1e+300,-0.0,"NaN","Infinity","-Infinity",null]"#);
    }

    #[test]
    fn what_is_computed_has_the_unit_of_its_column_and_a_histogram_that_of_its_bins() {
        let units = |kind: &str, rest: &str| {
            let file = format!(
                "title = \"x\"\nsource = \"shop\"\n[[panel]]\nid = \"x\"\ntitle = \"x\"\n\
                 kind = \"{kind}\"\nunit = \"EUR\"\nsql = \"select 1\"\n{rest}"
            );
            let slug = brisk_domain::Slug::parse("x").unwrap();
            let panel = brisk_definition::parse("x.toml", slug, &file).unwrap().panels.remove(0);
            let names = ["bin", "n", "run", "part", "moved"];
            let column = |name: &&str| brisk_domain::Column {
                name: (*name).to_owned(),
                values: Values::Int(vec![Some(1)]),
            };
            let frame = brisk_domain::Frame::new(names.iter().map(column).collect()).unwrap();
            let frame = Frame::of(&frame, &panel, None, &ZoneOffsets::utc());
            let units = frame.columns.into_iter().map(|column| column.unit.unwrap_or_default());
            units.collect::<Vec<String>>()
        };
        let computed = "[[panel.computed]]\nname = \"run\"\nof = \"n\"\nkind = \"running total\"\n\
                        [[panel.computed]]\nname = \"part\"\nof = \"n\"\nkind = \"share\"\n\
                        [[panel.computed]]\nname = \"moved\"\nof = \"run\"\nkind = \"delta\"\n";
        let of_n = format!("columns = {{ n = {{ unit = \"seconds\" }} }}\n{computed}");
        assert_eq!(units("table", computed), ["EUR", "EUR", "EUR", "percent", "EUR"]);
        assert_eq!(units("table", &of_n), ["EUR", "seconds", "seconds", "percent", "seconds"]);
        assert_eq!(units("histogram", computed), ["EUR", "", "", "percent", ""]);
        assert_eq!(units("histogram", &of_n), ["EUR", "seconds", "seconds", "percent", "seconds"]);
    }

    #[test]
    fn truth_text_and_times_are_what_they_are() {
        assert_eq!(json(Values::Bool(vec![Some(true), None])), "[true,null]");
        let text =
            json(Values::Text(vec![Some("a \"b\"\n\u{0}".into()), Some(String::new()), None]));
        assert_eq!(text, r#"["a \"b\"\n\u0000","",null]"#);
        let times = json(Values::Time(vec![Some(Timestamp(0)), Some(Timestamp(250)), None]));
        assert_eq!(times, r#"["1970-01-01T00:00:00Z","1970-01-01T00:00:00.000250Z",null]"#);
        let dates = json(Values::Date(vec![Some(Date(0)), None]));
        assert_eq!(dates, r#"["1970-01-01",null]"#);
        let wall_times = json(Values::WallTime(vec![Some(WallTime(250)), None]));
        assert_eq!(wall_times, r#"["1970-01-01T00:00:00.000250",null]"#);
    }
}
