//! Makes a plan from a file's content: reports what was guessed and why, and asks about what cannot
//! be guessed.

use crate::guessed_type::{number, shown, typed, words};
use crate::per_dialect::PerDialect;
use crate::plan::{Column, ColumnType, From, Plan, utc};
use crate::seen::{Seen, Witness};
use crate::settings::{Settings, TypeSetting};
use crate::survey::{self, Survey};
use crate::{Dialect, ImportError};
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// A plan, and what was guessed.
#[derive(Debug, Clone)]
pub struct Guess {
    /// The plan.
    pub plan: Plan,
    /// What cannot be guessed, and how to state it. The file is not loaded until it is stated.
    pub questions: Vec<String>,
    lines: u64,
    notes: Vec<String>,
    /// For each column, an example and what was guessed about it.
    columns: Vec<(Option<Witness>, Vec<String>)>,
}

/// Reads all of `file` and makes a plan for `table` in a database of `dialect`.
pub fn guess(
    table: &str,
    file: &Path,
    settings: &Settings,
    dialect: Dialect,
) -> Result<Guess, ImportError> {
    let mut survey = survey::survey(file, settings)?;
    if settings.decimal.is_none() {
        find_decimal(&mut survey);
    }
    let names = names(&survey);
    let mut unused: Vec<&TypeSetting> = settings.types.iter().collect();
    let (mut columns, mut notes) = (Vec::new(), Vec::new());
    for (index, seen) in survey.columns.iter().enumerate() {
        let header = survey.names.get(index).map_or("", String::as_str);
        let is_only = survey.names.iter().filter(|name| *name == header).count() == 1;
        let from = match is_only && !header.is_empty() {
            true => From::Name(header.to_owned()),
            false => From::Position(index + 1),
        };
        let mut column = Column {
            name: names[index].clone(),
            from,
            kind: ColumnType::Text,
            nullable: true,
            trim: false,
            length: None,
            scale: 0,
            digits: None,
            format: None,
            nulls: Vec::new(),
        };
        let mut said = Vec::new();
        if !is_only && !header.is_empty() {
            said.push(format!(
                "several columns are called \"{header}\": this is number {}",
                index + 1
            ));
        }
        let is_meant = |setting: &&TypeSetting| {
            let number = (index + 1).to_string();
            [header, &names[index], &number].contains(&setting.column.as_str())
        };
        match settings.types.iter().find(is_meant) {
            Some(set) => {
                unused.retain(|other| *other != set);
                column.kind = set.kind;
                column.format.clone_from(&set.format);
                let measured = number(seen, &survey.layout).fraction;
                column.scale = set.scale.unwrap_or(match set.kind {
                    ColumnType::Numeric | ColumnType::Decimal => measured as u8,
                    _ => 0,
                });
                said.push("as set".into());
            }
            None => {
                let asked = typed(&mut column, seen, &survey.layout, dialect, &mut said, settings);
                survey.questions.extend(asked);
            }
        }
        words(&mut column, seen, &mut said);
        notes.push((seen.example.clone(), said));
        columns.push(column);
    }
    if let Some(setting) = unused.first() {
        let message = format!("the file has no column \"{}\"", setting.column);
        return Err(ImportError::Plan(message));
    }
    if columns.is_empty() {
        return Err(ImportError::Plan("the file is empty".into()));
    }
    let plan = Plan {
        table: table.to_owned(),
        timezone: settings.timezone.clone().unwrap_or_else(utc),
        layout: survey.layout,
        columns,
        line_column: None,
        constraints: PerDialect::default(),
        without_rowid: false,
        derived: PerDialect::default(),
        computed: Vec::new(),
    };
    let plan = plan.checked()?;
    let (questions, lines) = (survey.questions, survey.lines);
    Ok(Guess { plan, questions, lines, notes: survey.notes, columns: notes })
}

/// Whether numbers have a decimal point or a comma. `1,234` may be either.
fn find_decimal(survey: &mut Survey) {
    let layout = &survey.layout;
    let comma = |seen: &&Seen| !seen.integer && seen.comma.alive && seen.comma.marked > 0;
    let point = |seen: &&Seen| !seen.integer && seen.point.alive && seen.point.marked > 0;
    let example = |seen: &Seen| seen.example.as_ref().map_or(String::new(), shown);
    let commas: Vec<&Seen> = survey.columns.iter().filter(comma).collect();
    let points: Vec<&Seen> = survey.columns.iter().filter(point).collect();
    let sure_comma = commas.iter().find(|seen| !seen.comma.grouped);
    let sure_point = points.iter().find(|seen| !seen.point.grouped || layout.delimiter == ",");
    let ask = |mark: &str, seen: &Seen| {
        format!(
            "{} may have a decimal mark or one of thousands: say --decimal \"{mark}\" or \
             --thousands \"{mark}\"",
            example(seen)
        )
    };
    if let Some(thousands) = layout.thousands.as_deref() {
        if !matches!(thousands, "." | ",") && points.is_empty() && !commas.is_empty() {
            survey.layout.decimal = ",".into();
        }
        return;
    }
    match (sure_comma, sure_point) {
        (Some(one), Some(other)) => {
            let (one, other) = (example(one), example(other));
            survey.questions.push(format!(
                "{one} has a decimal comma and {other} a decimal point: say --decimal \",\" or \
                 --decimal \".\"; columns of the other kind stay text"
            ));
        }
        (Some(seen), None) => {
            survey.notes.push(format!("decimal comma, because of {}", example(seen)));
            survey.layout.decimal = ",".into();
        }
        (None, None) => {
            let asked = commas.first().map(|seen| ask(",", seen));
            let asked = asked.or_else(|| {
                let semicolon = layout.delimiter == ";";
                points.first().filter(|_| semicolon).map(|seen| ask(".", seen))
            });
            survey.questions.extend(asked);
        }
        (None, Some(_)) => {}
    }
}

/// Column names that every database accepts.
fn names(survey: &Survey) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let named = (0..survey.columns.len()).map(|index| {
        let header = survey.names.get(index).map_or("", String::as_str);
        let plain = column_name(header, index);
        let mut name = plain.clone();
        let mut count = 1;
        while !taken.insert(name.clone()) {
            count += 1;
            name = format!("{plain}_{count}");
        }
        name
    });
    named.collect()
}

fn column_name(header: &str, index: usize) -> String {
    let plain: String = header
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .take(60)
        .collect();
    let plain = plain.trim_matches('_');
    if plain.is_empty() || plain.starts_with(|c: char| c.is_ascii_digit()) {
        format!("column_{}", index + 1)
    } else {
        plain.to_owned()
    }
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "guessed from all {} lines with values:", self.lines)?;
        for note in &self.notes {
            writeln!(f, "  {note}")?;
        }
        let columns: Vec<[String; 3]> = self.plan.columns.iter().map(described).collect();
        let width = |part: usize| columns.iter().map(|c| c[part].chars().count()).max();
        let (names, kinds) = (width(0).unwrap_or(0), width(1).unwrap_or(0));
        for ([name, kind, from], (example, notes)) in columns.iter().zip(&self.columns) {
            write!(f, "  {name:names$}  {kind:kinds$}  from {from}")?;
            if let Some(example) = example {
                write!(f, ", as \"{}\"", example.value)?;
            }
            for note in notes {
                write!(f, "; {note}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn described(column: &Column) -> [String; 3] {
    let kind = match column.kind {
        ColumnType::Numeric | ColumnType::Decimal => {
            format!("{}:{}", column.kind.word(), column.scale)
        }
        kind => kind.word().to_owned(),
    };
    let from = match &column.from {
        From::Name(name) => format!("\"{name}\""),
        From::Position(position) => format!("column {position}"),
    };
    [column.name.clone(), kind, from]
}
