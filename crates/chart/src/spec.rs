//! [`Spec`] and [`Input`]: what drawing takes; [`Drawing`]: what it returns.

use crate::links::Links;
use crate::readout::Readout;
use brisk_domain::panel::{Cell, ColumnStyle};
use brisk_domain::panel_kind::Body;
use brisk_domain::sentence::label_from;
use brisk_domain::{
    Additivity, Bounds, Column, Compare, Coverage, EarlierPeriod, Frame, Interval, Panel,
    PanelData, PanelKind, Unit, Weekdays, ZoneOffsets, format,
};
use std::borrow::Cow;

/// A panel's settings for drawing, without SQL.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// How the frame is drawn, with the options of that kind; without their statements.
    pub kind: PanelKind,
    /// The title, for text alternatives.
    pub title: String,
    /// What the numbers count.
    pub unit: Unit,
    /// How single columns are shown.
    pub columns: Vec<ColumnStyle>,
    /// What it is compared with.
    pub compare: Option<Compare>,
}

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// How.
    pub spec: &'a Spec,
    /// The frame.
    pub frame: &'a Frame,
    /// Whether each of its columns adds up; columns beyond the last entry have no declaration.
    pub additivity: &'a [Additivity],
    /// The columns that hold days of the week as numbers, by their names in lower case.
    pub weekdays: &'a [(String, Weekdays)],
    /// The same statement over the compared bounds.
    pub previous: Option<&'a Frame>,
    /// A stat's sparkline: time, number.
    pub sparkline: Option<&'a Frame>,
    /// Whether each of its columns adds up.
    pub sparkline_additivity: &'a [Additivity],
    /// Which of the frame's buckets are whole.
    pub coverage: Option<Coverage>,
    /// The same for the compared frame.
    pub previous_coverage: Option<Coverage>,
    /// The same for the sparkline.
    pub sparkline_coverage: Option<Coverage>,
    /// The view's bounds.
    pub bounds: Bounds,
    /// The compared period.
    pub earlier: Option<EarlierPeriod>,
    /// The width of the buckets.
    pub interval: Interval,
    /// The zone's offsets over all of it.
    pub zone: &'a ZoneOffsets,
    /// The usual width of the chart's box in CSS px, for the density of ticks.
    pub width: f64,
    /// The height of the chart's box in CSS px.
    pub height: f64,
    /// Series that are switched off, as indices into [`Drawing::legend`].
    pub hidden: &'a [usize],
    /// Where its marks and rows lead, if anywhere.
    pub links: Option<&'a dyn Links>,
}

/// A drawn chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// SVG, or HTML for stats and tables. All text is escaped.
    pub body: String,
    /// The series, where there are several.
    pub legend: Vec<LegendItem>,
    /// The text alternative: the facts in a sentence or two.
    pub summary: String,
    /// What tooltips and the keyboard read.
    pub readout: Readout,
    /// Whether there is nothing to show.
    pub is_empty: bool,
}

/// One series in the legend.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendItem {
    /// Its name.
    pub name: String,
    /// Its colour's class: `s{color}`.
    pub color: u8,
    /// Whether its line is dashed.
    pub dashed: bool,
    /// Whether it is drawn as a line, not as a surface.
    pub line: bool,
}

impl<'a> Input<'a> {
    /// What draws `data` into a box of that width and height, in CSS px: without links, and with all series.
    pub fn of(spec: &'a Spec, data: &'a PanelData, (width, height): (f64, f64)) -> Self {
        Self {
            spec,
            frame: &data.frame,
            additivity: &data.additivity,
            weekdays: &data.weekdays,
            previous: data.previous.as_ref(),
            sparkline: data.sparkline.as_ref(),
            sparkline_additivity: &data.sparkline_additivity,
            coverage: data.coverage,
            previous_coverage: data.previous_coverage,
            sparkline_coverage: data.sparkline_coverage,
            bounds: data.bounds,
            earlier: data.earlier,
            interval: data.interval,
            zone: &data.offsets,
            width,
            height,
            hidden: &[],
            links: None,
        }
    }
}

impl Spec {
    /// The spec of `panel` under `title`.
    pub fn of(panel: &Panel, title: String) -> Self {
        Self {
            kind: panel.kind.without_statements(),
            title,
            unit: panel.unit.clone(),
            columns: columns(panel),
            compare: panel.compare,
        }
    }

    /// The spec for a frame of these columns: columns declared or guessed to be names have
    /// [`Unit::Plain`], whatever the panel's other numbers count, and of a histogram's numbers the bins have
    /// the panel's unit.
    pub(crate) fn with_units(&self, frame: &Frame) -> Cow<'_, Self> {
        let is_plain = |column: &Column| {
            let style = self.column(&column.name);
            match style.and_then(|style| style.grouping) {
                Some(grouping) => !grouping,
                None => {
                    style.is_none_or(|style| style.unit.is_none()) && format::looks_plain(column)
                }
            }
        };
        let mut spec = Cow::Borrowed(self);
        for column in frame.columns().iter().filter(|column| is_plain(column)) {
            style_of(&mut spec.to_mut().columns, &column.name).unit = Some(Unit::Plain);
        }
        if matches!(self.kind, PanelKind::Histogram(_)) && self.unit != Unit::None {
            for (at, column) in frame.columns().iter().enumerate() {
                let unit = if self.kind.has_unit(frame, at) { &self.unit } else { &Unit::None };
                let style = style_of(&mut spec.to_mut().columns, &column.name);
                style.unit.get_or_insert_with(|| unit.clone());
            }
        }
        spec
    }

    /// Whether the rows themselves are shown.
    pub(crate) fn has_rows(&self) -> bool {
        self.kind.traits().body == Body::Rows
    }

    /// The style of a column.
    pub fn column(&self, name: &str) -> Option<&ColumnStyle> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// What the numbers of a column count.
    pub fn unit_of(&self, column: &str) -> &Unit {
        self.column(column).and_then(|c| c.unit.as_ref()).unwrap_or(&self.unit)
    }

    /// A column's label for readers.
    pub fn label_of(&self, column: &str) -> String {
        let given = self.column(column).and_then(|c| c.label.clone());
        given.unwrap_or_else(|| label_from(column))
    }
}

/// The styles of a panel's columns. What is computed has the unit of what it is computed of, and a share is a
/// percentage, unless its style says otherwise.
fn columns(panel: &Panel) -> Vec<ColumnStyle> {
    let mut columns = panel.columns.clone();
    for computed in &panel.computed {
        if let Some(unit) = panel.own_unit_of(&computed.name) {
            style_of(&mut columns, &computed.name).unit.get_or_insert_with(|| unit.clone());
        }
    }
    columns
}

/// The style of the column called `name`, which gets one if it has none.
fn style_of<'a>(columns: &'a mut Vec<ColumnStyle>, name: &str) -> &'a mut ColumnStyle {
    let known = columns.iter().position(|column| column.name == name);
    let at = known.unwrap_or_else(|| {
        columns.push(ColumnStyle {
            name: name.to_owned(),
            label: None,
            unit: None,
            scale: 0,
            grouping: None,
            cell: Cell::default(),
        });
        columns.len() - 1
    });
    &mut columns[at]
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::panel::{Computed, ComputedKind};
    use brisk_domain::panel_kind::{Better, Stat};
    use brisk_domain::{CachePolicy, Edges, GridPlace, PanelId, Query, SourceName};

    fn panel() -> Panel {
        let stat = Stat { sparkline: Some(Query::new("select secret")), better: Better::Down };
        Panel {
            id: PanelId::parse("a").unwrap(),
            title: "A".into(),
            description: None,
            kind: PanelKind::Stat(stat),
            source: SourceName::parse("shop").unwrap(),
            query: Query::new("select secret"),
            unit: Unit::None,
            compare: None,
            edges: Edges::default(),
            place: GridPlace { x: 0, y: 0, w: 3, h: 2 },
            cache: CachePolicy::default(),
            tags: vec![],
            interval: None,
            columns: vec![],
            computed: vec![],
            filter: None,
            link: None,
        }
    }

    #[test]
    fn no_sql_reaches_browsers() {
        let panel = panel();
        let spec = Spec::of(&panel, "A".into());
        let shown = Stat { sparkline: None, better: Better::Down };
        assert_eq!(spec.kind, PanelKind::Stat(shown));
        assert!(!format!("{spec:?}").contains("select"), "{spec:?}");
    }

    #[test]
    fn shares_are_percentages_unless_they_say_otherwise() {
        let computed = |name: &str, kind| Computed { name: name.into(), of: "mrr".into(), kind };
        let all = [
            computed("share", ComputedKind::Share),
            computed("part", ComputedKind::Share),
            computed("total", ComputedKind::RunningTotal),
        ];
        let style = |name: &str, unit| ColumnStyle {
            name: name.into(),
            label: Some("Word".into()),
            unit,
            scale: 0,
            grouping: None,
            cell: Cell::Bar,
        };
        let styles = [style("share", None), style("part", Some(Unit::None))];
        let of = |styles: &[ColumnStyle], computed: &[Computed]| {
            let (columns, computed) = (styles.to_vec(), computed.to_vec());
            columns_of(Panel { columns, computed, ..panel() })
        };
        let shown = of(&styles, &all);
        assert_eq!(shown, [style("share", Some(Unit::Percent)), style("part", Some(Unit::None))]);
        let bare = of(&[], &all[..1]);
        assert_eq!((bare[0].name.as_str(), &bare[0].unit), ("share", &Some(Unit::Percent)));
        // What is computed of money is money.
        let money = Some(Unit::Money("USD".into()));
        let shown = of(&[style("mrr", money.clone())], &all);
        let units: Vec<_> = shown.iter().map(|style| (style.name.as_str(), &style.unit)).collect();
        let percent = Some(Unit::Percent);
        assert_eq!(
            units,
            [("mrr", &money), ("share", &percent), ("part", &percent), ("total", &money)]
        );
    }

    fn columns_of(panel: Panel) -> Vec<ColumnStyle> {
        Spec::of(&panel, "A".into()).columns
    }
}
