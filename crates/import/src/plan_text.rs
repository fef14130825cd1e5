//! Writes a plan as TOML that reads back as the same plan.

use crate::plan::{Column, ColumnType, From, Plan};
use std::fmt::Write as _;

impl Plan {
    /// The plan of a guess, to be edited: reading it gives the same plan.
    pub fn to_toml(&self) -> String {
        let mut out = String::from("# How `brisk import` reads the file: docs/importing.md\n");
        let layout = &self.layout;
        let mut line = |key: &str, value: String| _ = writeln!(out, "{key} = {value}");
        line("table", quoted(&self.table));
        line("timezone", quoted(&self.timezone));
        line("\n[file]\ndelimiter", quoted(&layout.delimiter));
        if let Some(encoding) = &layout.encoding {
            line("encoding", quoted(encoding));
        }
        line("quote", quoted(&layout.quote));
        line("header", layout.header.to_string());
        line("decimal", quoted(&layout.decimal));
        if let Some(thousands) = &layout.thousands {
            line("thousands", quoted(thousands));
        }
        line("nulls", list(&layout.nulls));
        for column in &self.columns {
            write_column(&mut out, column);
        }
        out
    }
}

fn write_column(out: &mut String, column: &Column) {
    let mut line = |key: &str, value: String| _ = writeln!(out, "{key} = {value}");
    line("\n[[column]]\nname", quoted(&column.name));
    line(
        "from",
        match &column.from {
            From::Name(name) => quoted(name),
            From::Position(position) => position.to_string(),
        },
    );
    line("type", quoted(column.kind.word()));
    if matches!(column.kind, ColumnType::Numeric | ColumnType::Decimal) {
        line("scale", column.scale.to_string());
    }
    if let Some(digits) = column.digits {
        line("digits", digits.to_string());
    }
    if let Some(format) = &column.format {
        line("format", quoted(format));
    }
    if let Some(length) = column.length {
        line("length", length.to_string());
    }
    if column.trim {
        line("trim", "true".into());
    }
    line("nullable", column.nullable.to_string());
    if !column.nulls.is_empty() {
        line("nulls", list(&column.nulls));
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => _ = write!(out, "\\u{:04X}", c as u32),
            c => out.push(c),
        }
    }
    out + "\""
}

fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}
