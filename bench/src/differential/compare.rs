//! Compares a panel's three forms with what the client printed, cell by cell.

use super::page;
use super::shown;
use super::value::{Type, Value};
use super::zones::{Zones, civil};
use anyhow::{Context, Result, bail};

/// Lines of more points than this are thinned before they are drawn.
const MOST_POINTS: usize = 1_000;
/// The beginning of the error that reports this.
pub(super) const THINNED: &str = "the chart is thinned";

/// What the client printed for a statement.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    /// The columns' names and types.
    pub(super) columns: Vec<(String, Type)>,
    /// The rows.
    pub(super) rows: Vec<Vec<Value>>,
    /// The dashboard's zone.
    pub(super) zone: String,
    /// The panel's kind.
    pub(super) kind: &'static str,
    /// For each row, whether its bucket is whole; `None` if that is unknown, or without buckets.
    pub(super) complete: Vec<Option<bool>>,
}

impl Expected {
    /// Checks the API's answer; an error says where it differs.
    pub(super) fn check_api(&self, body: &str) -> Result<()> {
        let json: serde_json::Value = serde_json::from_str(body)?;
        let columns = json["panel"]["frame"]["columns"].as_array().context("no columns")?;
        let names: Vec<&str> =
            columns.iter().filter_map(|column| column["name"].as_str()).collect();
        self.same_names(&names)?;
        let complete = json["panel"]["frame"]["buckets"]["complete"].as_array();
        let complete: Option<Vec<Option<bool>>> =
            complete.map(|all| all.iter().map(serde_json::Value::as_bool).collect());
        self.same_buckets(&complete.unwrap_or_default())?;
        let mut lists = body.split("\"cells\":[").skip(1);
        for (i, ((name, kind), column)) in self.columns.iter().zip(columns).enumerate() {
            let word = column["type"].as_str().context("no type")?;
            let expected = || self.rows.iter().map(|row| &row[i]);
            // SQLite has types for values, not for columns.
            if expected().any(|cell| *cell != Value::Null) && !kind.words().contains(&word) {
                bail!("column {name} is of type {word}, not {:?}", kind.words());
            }
            let cells = items(lists.next().context("no cells")?)?;
            let found: Result<Vec<Value>> =
                cells.iter().map(|cell| Value::answered(cell, word)).collect();
            same(name, &found?, expected(), |found, expected| found.is(expected))?;
        }
        Ok(())
    }

    /// Checks the CSV file; instants are on the zone's clock.
    pub(super) fn check_csv(&self, body: &str, zones: &Zones) -> Result<()> {
        let records = records(body)?;
        let (head, rows) = records.split_first().context("no head")?;
        let mut names: Vec<&str> =
            head.iter().map(|name| name.as_deref().unwrap_or_default()).collect();
        let mut complete = Vec::new();
        // After the columns.
        if names.last() == Some(&"complete") {
            names.pop();
            let said = |row: &Record| row.get(names.len())?.as_deref()?.parse().ok();
            complete = rows.iter().map(said).collect();
        }
        self.same_buckets(&complete)?;
        self.same_names(&names)?;
        for (i, (name, _)) in self.columns.iter().enumerate() {
            let found: Vec<Option<&str>> = rows
                .iter()
                .map(|row| row.get(i).map_or(Some("?"), |cell| cell.as_deref()))
                .collect();
            let expected: Vec<&Value> = self.rows.iter().map(|row| &row[i]).collect();
            same(name, &found, expected, |found, expected| match expected {
                Value::Float(bits) => {
                    let number = found.and_then(|found| found.parse().ok());
                    number.is_some_and(|number| Value::float(number) == Value::Float(*bits))
                }
                // A line of one NULL is no empty line.
                Value::Null if names.len() == 1 && complete.is_empty() => *found == Some(""),
                value => found.map(str::to_owned) == written(value, &self.zone, zones),
            })?;
        }
        Ok(())
    }

    /// Checks the table of the panel's page, and the figure of a stat.
    pub(super) fn check_page(&self, body: &str, zones: &Zones) -> Result<()> {
        // Where there are no rows, a sentence says so.
        let says_so = self.rows.is_empty() && body.contains("No data in this range");
        let table = page::table(body).or(says_so.then(Vec::new)).context("no table")?;
        if table.len() != self.rows.len() {
            bail!("the page has {} rows, not {}", table.len(), self.rows.len());
        }
        for (i, (name, kind)) in self.columns.iter().enumerate() {
            let cells: Vec<Value> = self.rows.iter().map(|row| row[i].clone()).collect();
            let expected = shown::column(&cells, *kind, &self.zone, zones);
            let found: Vec<&String> = table.iter().filter_map(|row| row.get(i)).collect();
            same(name, &found, &expected, |found, expected| found == expected)?;
        }
        let figure = self.rows.first().and_then(|row| row.first());
        if let ("stat", Some(cell)) = (self.kind, figure)
            && *cell != Value::Null
        {
            let expected = shown::figure(cell);
            let found = page::figure(body).context("no figure")?;
            if found != expected {
                bail!("the figure is {found}, not {expected}");
            }
        }
        self.check_chart(body)
    }

    /// Checks the readout of a chart with one series of counts over time: what a tooltip and the text
    /// alternative say. There, buckets without a row are zeros.
    fn check_chart(&self, body: &str) -> Result<()> {
        let is_series = matches!(self.kind, "line" | "area" | "bar");
        let [(_, Type::Time), (_, Type::Whole)] = self.columns.as_slice() else { return Ok(()) };
        let is_plain = self.rows.iter().all(|row| !matches!(row[0], Value::Null));
        if !is_series || !is_plain || self.rows.is_empty() || self.rows.len() > 200 {
            return Ok(());
        }
        let Some(found) = page::readout(body) else { return Ok(()) };
        let cells: Vec<Value> = self.rows.iter().map(|row| row[1].clone()).collect();
        let is_something = |text: &&String| !matches!(text.as_str(), "0" | "–" | "");
        let expected = shown::column(&cells, Type::Whole, &self.zone, &Zones::default());
        let expected: Vec<&String> = expected.iter().filter(is_something).collect();
        let is_thinned = found.len() >= MOST_POINTS;
        let found: Vec<&String> = found.iter().filter(is_something).collect();
        if is_thinned && found != expected {
            bail!("{THINNED}: {} of {} buckets with rows", found.len(), expected.len());
        }
        same("the chart's readout", &found, expected, |found, expected| found == expected)
    }

    /// Checks that each bucket is marked as whole or as a part.
    fn same_buckets(&self, found: &[Option<bool>]) -> Result<()> {
        for (row, expected) in self.complete.iter().enumerate() {
            let found = found.get(row).copied().flatten();
            if expected.is_some() && found != *expected {
                bail!("complete, row {row}: {found:?}, not {expected:?}");
            }
        }
        Ok(())
    }

    fn same_names(&self, found: &[&str]) -> Result<()> {
        let expected: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        if found != expected {
            bail!("the columns are {found:?}, not {expected:?}");
        }
        Ok(())
    }
}

impl Type {
    /// The API's words for columns of this type.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Whole => &["int", "decimal"],
            Self::Decimal | Self::Single => &["decimal"],
            Self::Float => &["float"],
            Self::Bool => &["bool"],
            Self::Text => &["text"],
            Self::Time => &["time"],
            Self::Date => &["date"],
            Self::Reading => &["wall-time"],
        }
    }
}

/// Checks that each of `found` is what `expected` has in its place.
fn same<F: std::fmt::Debug, E: std::fmt::Debug>(
    name: &str,
    found: &[F],
    expected: impl IntoIterator<Item = E>,
    is_same: impl Fn(&F, &E) -> bool,
) -> Result<()> {
    let expected: Vec<E> = expected.into_iter().collect();
    if found.len() != expected.len() {
        bail!("{name} has {} rows, not {}", found.len(), expected.len());
    }
    for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
        if !is_same(found, expected) {
            bail!("{name}, row {row}: {found:?}, not {expected:?}");
        }
    }
    Ok(())
}

/// The items of a JSON list, as written: parsed numbers would be rounded.
fn items(text: &str) -> Result<Vec<String>> {
    let (mut items, mut item) = (Vec::new(), String::new());
    let (mut is_text, mut is_escaped) = (false, false);
    for c in text.chars() {
        match c {
            ']' | ',' if !is_text => {
                if !item.is_empty() {
                    items.push(std::mem::take(&mut item));
                }
                if c == ']' {
                    return Ok(items);
                }
                continue;
            }
            '"' if !is_escaped => is_text = !is_text,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
        item.push(c);
    }
    bail!("the list does not end")
}

/// A line of the file; NULL is `None`.
type Record = Vec<Option<String>>;

/// The lines of the file. Readers of CSV mostly take an empty field for a quoted empty one.
fn records(body: &str) -> Result<Vec<Record>> {
    let (mut records, mut record) = (Vec::new(), Record::new());
    let mut rest = body;
    while !rest.is_empty() {
        let mut field: Option<String> = None;
        while let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"').context("a quote does not end")?;
            field = Some(match field {
                None => quoted[..end].to_owned(),
                // Two quotes stand for one.
                Some(before) => format!("{before}\"{}", &quoted[..end]),
            });
            rest = &quoted[end + 1..];
        }
        let end = rest.find([',', '\r']).context("the last line does not end")?;
        if end > 0 {
            field = Some(rest[..end].to_owned());
        }
        record.push(field);
        rest = match rest[end..].strip_prefix(',') {
            Some(more) => more,
            None => {
                records.push(std::mem::take(&mut record));
                rest[end..].strip_prefix("\r\n").context("a line ends without a line break")?
            }
        };
    }
    Ok(records)
}

/// A cell of the file.
fn written(value: &Value, zone: &str, zones: &Zones) -> Option<String> {
    Some(match value {
        Value::Null | Value::Float(_) => return None,
        Value::Whole(text) | Value::Decimal(text) | Value::Date(text) | Value::Reading(text) => {
            text.clone()
        }
        Value::Bool(value) => value.to_string(),
        // So that no spreadsheet runs it as a formula.
        Value::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => {
            format!("'{text}")
        }
        Value::Text(text) => text.clone(),
        Value::Time(micros) => {
            let second = micros.div_euclid(1_000_000);
            // Offsets are in whole minutes there.
            let ahead = zones.ahead(zone, second) / 60;
            let wall = second + ahead * 60;
            let (year, month, day) = civil(wall.div_euclid(86_400));
            let clock = wall.rem_euclid(86_400);
            let fraction = match micros.rem_euclid(1_000_000) {
                0 => String::new(),
                fraction => format!(".{fraction:06}"),
            };
            let sign = if ahead < 0 { '-' } else { '+' };
            format!(
                "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{fraction}{sign}{:02}:{:02}",
                clock / 3600,
                clock / 60 % 60,
                clock % 60,
                ahead.abs() / 60,
                ahead.abs() % 60
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        let columns =
            [("t", Type::Time), ("n", Type::Whole), ("w", Type::Text), ("f", Type::Float)];
        let row = |t, n: &str, w: &str, f| {
            vec![Value::Time(t), Value::Whole(n.into()), Value::Text(w.into()), Value::float(f)]
        };
        Expected {
            columns: columns.map(|(name, kind)| (name.to_owned(), kind)).to_vec(),
            rows: vec![row(0, "1", "a", 0.5), row(86_400_000_000, "9007199254740993", "=b", 0.25)],
            zone: "UTC".into(),
            kind: "table",
            complete: vec![],
        }
    }

    const API: &str = r#"{"panel":{"frame":{"rows":2,"columns":[
        {"name":"t","type":"time","cells":["1970-01-01T00:00:00Z","1970-01-02T00:00:00Z"]},
        {"name":"n","type":"int","cells":[1,9007199254740993]},
        {"name":"w","type":"text","cells":["a","=b"]},
        {"name":"f","type":"float","cells":[0.5,0.25]}]}}}"#;
    const CSV: &str = "t,n,w,f\r\n1970-01-01T00:00:00+00:00,1,a,0.5\r\n\
        1970-01-02T00:00:00+00:00,9007199254740993,'=b,0.25\r\n";
    const PAGE: &str = "<table class=\"tb\"><thead><tr><th>T</th></tr></thead><tbody>\
        <tr><td>1 Jan 1970</td><td class=\"n\">1</td><td>a</td><td class=\"n\">0.50</td></tr>\
        <tr hidden><td>2 Jan 1970</td><td class=\"n\">9,007,199,254,740,993</td><td>=b</td>\
        <td class=\"n\">0.25</td></tr></tbody></table>";

    #[test]
    fn what_is_the_same_passes() {
        let zones = Zones::default();
        expected().check_api(API).unwrap();
        expected().check_csv(CSV, &zones).unwrap();
        expected().check_page(PAGE, &zones).unwrap();
    }

    /// Changes each cell a little, in turn: every change is found, in each of the three forms.
    #[test]
    fn a_changed_value_is_found_wherever_it_is() {
        let zones = Zones::default();
        for (from, to) in [
            ("1970-01-02T00:00:00Z", "1970-01-02T00:00:01Z"),
            ("9007199254740993", "9007199254740992"),
            ("\"a\"", "\"A\""),
            ("0.25", "0.25000000000000006"),
            ("[0.5,", "[null,"),
            ("[1,", "[1,1,"),
            ("\"int\"", "\"float\""),
            ("\"name\":\"w\"", "\"name\":\"v\""),
        ] {
            let changed = API.replace(from, to);
            assert!(changed != API && expected().check_api(&changed).is_err(), "{from} {to}");
        }
        for (from, to) in [
            ("1970-01-02T00:00:00+00:00", "1970-01-02T01:00:00+01:00"),
            ("9007199254740993", "9007199254740992"),
            (",a,", ",,"),
            (",a,", ",\"\","),
            ("'=b", "=b"),
            ("0.25", "0.250000001"),
            ("\r\n1970-01-02T00:00:00+00:00,9007199254740993,'=b,0.25", ""),
        ] {
            let changed = CSV.replace(from, to);
            assert!(changed != CSV && expected().check_csv(&changed, &zones).is_err(), "{from}");
        }
        for (from, to) in [
            ("2 Jan 1970", "3 Jan 1970"),
            ("9,007,199,254,740,993", "9,007,199,254,740,992"),
            (">a<", "><"),
            (">0.50<", ">0.5<"),
            ("<tr hidden>", "<tr hidden><td>1</td></tr><tr>"),
        ] {
            let changed = PAGE.replace(from, to);
            assert!(changed != PAGE && expected().check_page(&changed, &zones).is_err(), "{from}");
        }
    }

    #[test]
    fn a_part_that_is_said_to_be_whole_is_found() {
        let zones = Zones::default();
        let mut parts = expected();
        parts.complete = vec![Some(true), Some(false)];
        let api = |said: &str| API.replace("\"rows\":2", &format!("\"rows\":2,\"buckets\":{said}"));
        parts.check_api(&api("{\"complete\":[true,false]}")).unwrap();
        for wrong in ["{\"complete\":[true,true]}", "{\"complete\":[true,null]}", "null"] {
            assert!(parts.check_api(&api(wrong)).is_err(), "{wrong}");
        }
        let csv = |second: &str| {
            let text = CSV.replace("w,f\r", "w,f,complete\r").replace(",0.5\r", ",0.5,true\r");
            text.replace(",0.25\r", &format!(",0.25,{second}\r"))
        };
        parts.check_csv(&csv("false"), &zones).unwrap();
        assert!(parts.check_csv(&csv("true"), &zones).is_err());
        assert!(parts.check_csv(CSV, &zones).is_err());
    }

    #[test]
    fn a_changed_figure_or_readout_is_found() {
        let zones = Zones::default();
        let rows = vec![vec![Value::Whole("1234567".into())]];
        let columns = vec![("n".to_owned(), Type::Whole)];
        let stat = Expected { columns, rows, zone: "UTC".into(), kind: "stat", complete: vec![] };
        let page = "<p class=\"stat-figure\" title=\"x\">1.23M</p><table class=\"tb\"><tbody>\
            <tr><td class=\"n\">1,234,567</td></tr></tbody></table>";
        stat.check_page(page, &zones).unwrap();
        assert!(stat.check_page(&page.replace("1.23M", "1.24M"), &zones).is_err());
        let long = page.replace("stat-figure", "stat-figure ems12 beside");
        stat.check_page(&long, &zones).unwrap();
        let mut line = expected();
        line.kind = "line";
        line.columns.truncate(2);
        line.rows.iter_mut().for_each(|row| row.truncate(2));
        let readout = "<div data-readout=\"- 8 8 8 8\na\tb\tc\n0 5000 10000\n0\tN\n\
                       1\t0\t9,007,199,254,740,993\n1 2 3\n\t\t\" data-zone=\"0\">";
        line.check_chart(readout).unwrap();
        assert!(line.check_chart(&readout.replace("\n1\t0", "\n2\t0")).is_err());
    }
}
