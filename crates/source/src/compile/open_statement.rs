//! A statement that is checked and not yet written: how its macros are written depends on the types of
//! columns, which only the database knows. Pure.

use super::bucket_columns::may_read_before_1970;
use super::check::Checked;
use super::column_clock::{Clocks, ColumnTypes, Questions, Reader, Target};
use super::expected::Expectations;
use super::origin::{Origin, Origins};
use super::places::Places;
use super::statement::{Bind, Context, SessionZone, Statement, Unwritten, zone_part};
use super::template::Piece;
use super::writer::{Writer, Written};
use crate::dialect::Dialect;
use crate::error::StatementError;
use crate::syntax::{Clock, ZoneUse};
use brisk_domain::choice::instant_of;
use brisk_domain::{
    Access, Bounds, Interval, Query, Selection, VariableName, WallClock, ZoneName, ZoneOffsets,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A statement that is checked and not yet written.
#[derive(Debug, Clone)]
pub(crate) struct OpenStatement {
    query: Query,
    pieces: Vec<Piece>,
    expected: Expectations,
    origins: Origins,
    dialect: Dialect,
    clocks: Clocks,
    /// Whether it is written with the database's own clock, which requires that the database knows
    /// the view's zone.
    in_zone: bool,
    bounds: Bounds,
    interval: Interval,
    zone: ZoneName,
    offsets: Arc<ZoneOffsets>,
    variables: BTreeMap<VariableName, Selection>,
    access: Access,
}

/// A statement as the database gets it.
pub(crate) struct InSql {
    pub(crate) sql: String,
    /// The values, in the order of their placeholders.
    pub(crate) binds: Vec<Bind>,
    /// Where in the author's text the SQL comes from.
    pub(crate) places: Places,
    /// The zone that the database has to know.
    pub(crate) zone: Option<SessionZone>,
}

impl OpenStatement {
    pub(crate) fn new(
        query: &Query,
        pieces: Vec<Piece>,
        checked: &Checked,
        target: &Target,
        context: &Context<'_>,
        in_zone: bool,
    ) -> Self {
        Self {
            query: query.clone(),
            pieces,
            expected: checked.expected.clone(),
            origins: checked.origins.clone(),
            dialect: target.dialect,
            clocks: target.clocks.clone(),
            in_zone,
            bounds: context.bounds,
            interval: context.interval,
            zone: context.zone.clone(),
            offsets: Arc::new(context.offsets.clone()),
            variables: context.variables.clone(),
            access: context.access.clone(),
        }
    }

    /// The SQL, for columns of these `types`.
    pub(crate) fn written(&self, types: &ColumnTypes) -> Result<InSql, StatementError> {
        let context = Context {
            bounds: self.bounds,
            interval: self.interval,
            zone: &self.zone,
            offsets: &self.offsets,
            variables: &self.variables,
            access: &self.access,
        };
        let origins = (&self.origins, self.reader(types));
        let write = |clock| {
            let mut writer = Writer::new(&self.query, &context, &self.expected, origins, clock);
            writer.zone.is_cut = !self.in_zone;
            writer.write_all(&self.pieces)
        };
        let clock = self.dialect.syntax().clock(&self.zone, &self.offsets);
        let clock = Some(clock.as_ref()).filter(|_| self.in_zone);
        let Written { sql, binds, places, uses_clock, other_zones } = write(clock)?;
        let mut lookup_places = Places::default();
        let lookup = match clock.map_or(ZoneUse::Nothing, Clock::zone_use) {
            ZoneUse::Nothing if !other_zones.is_empty() => {
                let Written { sql, binds, places, .. } = write(None)?;
                lookup_places = places;
                Some(Some((sql, binds)))
            }
            ZoneUse::Nothing => None,
            ZoneUse::Macros | ZoneUse::ToldMacros if !uses_clock => None,
            ZoneUse::ToldMacros => Some(None),
            ZoneUse::Session | ZoneUse::Macros => {
                let Written { sql, binds, places, .. } = write(None)?;
                lookup_places = places;
                Some(Some((sql, binds)))
            }
        };
        let zone = lookup.map(|lookup| SessionZone {
            name: self.zone.clone(),
            offsets: Arc::clone(&self.offsets),
            others: other_zones.into_iter().map(|zone| (zone.name, zone.offsets)).collect(),
            lookup,
            lookup_places,
            is_before_1970: may_read_before_1970(&self.pieces, self.bounds),
        });
        Ok(InSql { sql, binds, places, zone })
    }

    /// Whether it uses any column whose type may matter.
    pub(crate) fn uses_columns(&self) -> bool {
        !self.columns().is_empty() || !self.questions().is_empty()
    }

    /// Whether anything chosen may be an instant.
    fn chooses_instants(&self) -> bool {
        let chosen = self.variables.values().flat_map(Selection::values);
        chosen.into_iter().any(|text| instant_of(text).is_some())
    }

    fn reader<'a>(&'a self, types: &'a ColumnTypes) -> Reader<'a> {
        Reader { dialect: self.dialect, clocks: &self.clocks, zone: &self.zone, types }
    }
}

impl Unwritten for OpenStatement {
    fn questions(&self) -> Questions<'_> {
        let mut asked = Questions::new();
        // There the session's clock tells types apart.
        let clock = self.dialect.syntax().clock(&self.zone, &self.offsets);
        let stands_in_zone = self.in_zone && clock.zone_use() == ZoneUse::Session;
        let is_usual = stands_in_zone && self.clocks.are_usual();
        if !is_usual {
            self.origins.arguments.values().for_each(|origin| ask(origin, &mut asked));
        }
        // There the server reads an instant on the session's clock.
        if !is_usual && self.chooses_instants() {
            self.origins.compared.values().for_each(|origin| ask(origin, &mut asked));
        }
        if self.clocks.say_something() {
            self.origins.columns.iter().for_each(|(_, origin)| ask(origin, &mut asked));
        }
        asked
    }

    fn columns(&self) -> Questions<'_> {
        let mut asked = Questions::new();
        let columns = self.origins.columns.iter().map(|(_, origin)| origin);
        let origins = self.origins.arguments.values().chain(columns);
        origins.for_each(|origin| ask(origin, &mut asked));
        asked
    }

    fn close(
        &self,
        statement: &Statement,
        types: &ColumnTypes,
    ) -> Result<Statement, StatementError> {
        let InSql { sql, binds, places, zone } = self.written(types)?;
        Ok(Statement { sql, binds, places, zone, open: None, ..statement.clone() })
    }

    fn stated_clocks(&self, types: &ColumnTypes) -> Vec<(String, WallClock)> {
        let reader = self.reader(types);
        let said = self
            .origins
            .columns
            .iter()
            .filter_map(|(name, origin)| Some((name.clone(), reader.said_of(origin)?.clone())));
        said.collect()
    }

    fn unstated_columns(&self, types: &ColumnTypes) -> Vec<String> {
        let (reader, mut found) = (self.reader(types), Vec::new());
        let columns = self.origins.columns.iter().map(|(_, origin)| origin);
        // There the author states the clock.
        let stated = local_macros(&self.pieces);
        let arguments = self.origins.arguments.iter();
        let arguments = arguments.filter(|(offset, _)| !stated.contains(offset)).map(|one| one.1);
        for origin in arguments.chain(columns) {
            reader.collect_unstated(origin, &mut found);
        }
        found.sort();
        found.dedup();
        found
    }

    fn fingerprint_parts(&self) -> Vec<Vec<u8>> {
        let mut parts = self.clocks.fingerprint_parts();
        parts.push(zone_part(&self.zone, &self.offsets));
        parts
    }
}

/// Where each `$local` starts in the author's text.
fn local_macros(pieces: &[Piece]) -> Vec<usize> {
    let mut found = Vec::new();
    for piece in pieces {
        if let Piece::Macro { name, arguments, offset } = piece {
            found.extend((name == "local").then_some(*offset));
            found.extend(arguments.iter().flat_map(|argument| local_macros(argument)));
        }
    }
    found
}

fn ask<'a>(origin: &'a Origin, asked: &mut Questions<'a>) {
    match origin {
        Origin::Column { tables, column } => {
            for table in tables {
                asked.entry(table).or_default().insert(column);
            }
        }
        Origin::AnyOf(origins) => origins.iter().for_each(|other| ask(other, asked)),
        Origin::Like(other) | Origin::Cast(Some(other)) | Origin::AtTimeZone(other, _) => {
            ask(other, asked);
        }
        Origin::Instant
        | Origin::Date
        | Origin::Text(_)
        | Origin::Cast(None)
        | Origin::Weekday(_)
        | Origin::Unknown => {}
    }
}
