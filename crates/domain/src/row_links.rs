//! Where a panel's marks and rows lead: to the same view with a variable set (a **filter**), or to
//! another dashboard (a **link**).
//!
//! [`RowLinks`] holds what is the same for all rows of a view, and makes each row's URL from its
//! cells.

use crate::choice::{Choice, choice};
use crate::variable_kind::Options;
use crate::view::query_string;
use crate::{Dashboard, Frame, PanelFilter, PanelLink, Selection, Variable, ViewState, parameter};

/// The most bytes that the addresses of one panel's rows have together, where each is longer than
/// [`USUAL`]: each repeats all that is chosen on the page, which may be 64 KiB.
const MOST: usize = 1 << 20;
/// The longest address that nobody minds to repeat.
const USUAL: usize = 1 << 10;
const TOO_MUCH: &str = "too much is chosen on this page for a link in each row";

/// Makes the URL of each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLinks {
    /// The URL without its query string.
    path: String,
    /// The parameters that are the same for every row.
    rest: Vec<(String, String)>,
    /// The parameters that each row sets, and from which columns.
    set: Vec<Setting>,
    /// The selected values of the filter's variable; none for links to other dashboards.
    chosen: Selection,
    /// Whether an empty selection must be spelled out, because the variable has a default.
    empty_is_explicit: bool,
    /// The fragment that keeps the reader's place on the page.
    anchor: Option<String>,
    /// The title of the target dashboard; `None` for a filter.
    title: Option<String>,
    /// How long a row's URL is, without what the row sets.
    length: usize,
}

/// A parameter and the column that it is set from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Setting {
    name: String,
    column: Option<String>,
    /// The allowed values, if the dashboard's file lists them.
    options: Option<Vec<Choice>>,
}

/// Where one row leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLink {
    /// The URL, not yet escaped for markup.
    pub href: String,
    /// Whether the row's value is selected; following the link then deselects it.
    pub is_chosen: bool,
}

impl RowLinks {
    /// Rows that filter the view they are shown in. `path` and `pairs` are the page's own URL,
    /// `anchor` the fragment to return to.
    pub fn of_filter(
        filter: &PanelFilter,
        variable: &Variable,
        view: &ViewState,
        path: String,
        mut pairs: Vec<(String, String)>,
        anchor: Option<String>,
    ) -> Self {
        pairs.retain(|(name, _)| !parameter::is_of(name, variable.name.as_str()));
        let chosen = view.variables.get(&variable.name).cloned().unwrap_or_default();
        Self {
            length: path.len() + query_string(&pairs).len(),
            path,
            rest: pairs,
            set: vec![Setting::of(variable, filter.column.clone())],
            chosen,
            empty_is_explicit: !variable.kind.default_selection().is_all(),
            anchor,
            title: None,
        }
    }

    /// Rows that lead to `target`; `None` if rows set no variable, since then the whole panel has
    /// one link: [`PanelLink::href`].
    pub fn of_link(link: &PanelLink, target: &Dashboard, view: &ViewState) -> Option<Self> {
        let set: Vec<Setting> = link
            .variables
            .iter()
            .filter_map(|(name, column)| {
                Some(Setting::of(target.variable(name)?, Some(column.clone())))
            })
            .collect();
        let mut rest = view.carried_to(target).to_pairs(target);
        rest.retain(|(name, _)| set.iter().all(|set| !parameter::is_of(name, &set.name)));
        (!set.is_empty()).then(|| Self {
            length: target.slug.as_str().len() + query_string(&rest).len(),
            path: format!("/d/{}", target.slug),
            rest,
            set,
            chosen: Selection::default(),
            empty_is_explicit: false,
            anchor: None,
            title: Some(target.title.clone()),
        })
    }

    /// Where row `row` leads; `None` if its cell is not a value that the variable accepts, and where so much
    /// is chosen that all links together would be too long.
    pub fn row(&self, frame: &Frame, row: usize) -> Option<RowLink> {
        if self.is_too_long(frame) {
            return None;
        }
        let mut pairs = self.rest.clone();
        let mut is_chosen = false;
        for setting in &self.set {
            let value = setting.value(frame, row)?;
            is_chosen = self.chosen.contains(&value);
            if is_chosen {
                let others = self.chosen.choices().filter(|chosen| *chosen != value);
                pairs.extend(others.map(|other| other.pair(&setting.name)));
                if self.chosen.count() == 1 && self.empty_is_explicit {
                    let is = format!("{}{}", setting.name, parameter::IS);
                    pairs.push((is, parameter::ALL.to_owned()));
                }
            } else {
                pairs.push(value.pair(&setting.name));
            }
        }
        let mut href = format!("{}{}", self.path, query_string(&pairs));
        if let Some(anchor) = &self.anchor {
            href.push('#');
            href.push_str(anchor);
        }
        Some(RowLink { href, is_chosen })
    }

    /// Why row `row` leads nowhere, in a few words; `None` if it leads somewhere, or if no column holds
    /// the value.
    pub fn refusal(&self, frame: &Frame, row: usize) -> Option<&'static str> {
        if self.is_too_long(frame) {
            return self.column(frame).map(|_| TOO_MUCH);
        }
        self.set.iter().find_map(|setting| {
            setting.column(frame)?;
            setting.choice(frame, row)?.err()
        })
    }

    fn is_too_long(&self, frame: &Frame) -> bool {
        self.length > USUAL && self.length.saturating_mul(frame.rows()) > MOST
    }

    /// Whether any row is selected, so that the others can be dimmed.
    pub fn is_any_chosen(&self, frame: &Frame) -> bool {
        let is_chosen = |setting: &Setting, row| {
            setting.value(frame, row).is_some_and(|value| self.chosen.contains(&value))
        };
        !self.chosen.is_all()
            && self
                .set
                .first()
                .is_some_and(|setting| (0..frame.rows()).any(|row| is_chosen(setting, row)))
    }

    /// The index of the column that holds the selectable values, where a table puts its links.
    pub fn column(&self, frame: &Frame) -> Option<usize> {
        self.set.first()?.column(frame)
    }

    /// What following the link does, for screen readers.
    pub fn hint(&self, is_chosen: bool) -> String {
        match (&self.title, is_chosen) {
            (Some(title), _) => format!("open {title}"),
            (None, false) => "show only this".into(),
            (None, true) => "chosen; take it back".into(),
        }
    }
}

impl Setting {
    fn of(variable: &Variable, column: Option<String>) -> Self {
        let options = variable.kind.options().and_then(Options::fixed);
        Self {
            name: variable.name.as_str().to_owned(),
            column,
            options: options.map(<[Choice]>::to_vec),
        }
    }

    fn column(&self, frame: &Frame) -> Option<usize> {
        let named = |name: &str| frame.columns().iter().position(|column| column.name == name);
        match &self.column {
            Some(name) => named(name),
            None => named(&self.name).or((!frame.columns().is_empty()).then_some(0)),
        }
    }

    /// The cell's value if a variable can take it.
    fn value(&self, frame: &Frame, row: usize) -> Option<Choice> {
        self.choice(frame, row)?.ok()
    }

    /// The cell's value, or why no variable takes it; `None` past the end.
    fn choice(&self, frame: &Frame, row: usize) -> Option<Result<Choice, &'static str>> {
        let values = &frame.columns().get(self.column(frame)?)?.values;
        let value = match choice(values, row)? {
            Ok(value) => value,
            Err(why) => return Some(Err(why)),
        };
        let is_known = self.options.as_ref().is_none_or(|options| options.contains(&value));
        Some(if is_known { Ok(value) } else { Err("it is not one of the variable's choices") })
    }
}

impl PanelLink {
    /// The URL of `target` with the time range and selections of `view`.
    pub fn href(target: &Dashboard, view: &ViewState) -> String {
        format!("/d/{}{}", target.slug, view.carried_to(target).query_string(target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variable_kind::{Multi, Single, VariableKind};
    use crate::{CachePolicy, Column, IntervalChoice, Now, TimeRange, Values, ZoneName};
    use crate::{Slug, VariableName};
    use std::collections::BTreeMap;

    fn variable(name: &str, multi: bool, options: Options, default: &[&str]) -> Variable {
        let mut default = default.iter().map(|s| (*s).to_owned());
        let kind = match multi {
            true => VariableKind::Multi(Multi { options, default: Selection::of(default) }),
            false => {
                VariableKind::Single(Single { options, default: default.next().map(Choice::Text) })
            }
        };
        Variable { name: VariableName::parse(name).unwrap(), label: name.into(), kind }
    }

    fn free() -> Options {
        let source = crate::SourceName::parse("shop").unwrap();
        Options::Query { source, query: crate::Query { sql: "select 1".into(), line: 1 } }
    }

    fn dashboard(slug: &str, variables: Vec<Variable>) -> Dashboard {
        Dashboard {
            slug: Slug::parse(slug).unwrap(),
            title: "Products".into(),
            description: None,
            audience: crate::Audience::SignedIn,
            has_own_audience: false,
            folder: None,
            zone: ZoneName::utc(),
            written_in: None,
            now: Now::Clock,
            range: TimeRange::parse("last 90 days").unwrap(),
            interval: IntervalChoice::Auto,
            cache: CachePolicy::default(),
            tags: vec![],
            variables,
            panels: vec![],
        }
    }

    fn view(dashboard: &Dashboard, query: &str) -> ViewState {
        ViewState::from_pairs(dashboard, &crate::view::parse_query(query)).unwrap()
    }

    fn frame(cells: &[Option<&str>]) -> Frame {
        let texts = cells.iter().map(|cell| cell.map(ToOwned::to_owned)).collect();
        let country = Column { name: "country".into(), values: Values::Text(texts) };
        let numbers = Values::Float(cells.iter().map(|_| Some(1.5)).collect());
        Frame::new(vec![Column { name: "share".into(), values: numbers }, country]).unwrap()
    }

    fn filtered(dashboard: &Dashboard, query: &str, column: Option<&str>) -> RowLinks {
        let variable = &dashboard.variables[0];
        let filter =
            PanelFilter { variable: variable.name.clone(), column: column.map(ToOwned::to_owned) };
        let view = view(dashboard, query);
        let pairs = view.to_pairs(dashboard);
        let anchor = Some("countries".into());
        RowLinks::of_filter(&filter, variable, &view, "/d/sales".into(), pairs, anchor)
    }

    #[test]
    fn a_row_selects_its_value_and_a_selected_row_deselects_it() {
        let sales = dashboard("sales", vec![variable("country", true, free(), &[])]);
        let frame = frame(&[Some("Côte d'Ivoire & \"co\""), Some("France"), None, Some("")]);
        let links = filtered(&sales, "range=last-7-days&country=France", None);
        let href = |row| links.row(&frame, row).map(|link| (link.href, link.is_chosen));
        let other =
            "/d/sales?range=last-7-days&country=C%C3%B4te%20d%27Ivoire%20%26%20%22co%22#countries";
        assert_eq!(href(0), Some((other.into(), false)));
        assert_eq!(href(1), Some(("/d/sales?range=last-7-days#countries".into(), true)));
        let empty = "/d/sales?range=last-7-days&country=#countries";
        assert_eq!(href(3), Some((empty.into(), false)), "the empty text is a value");
        let null = "/d/sales?range=last-7-days&country.is=null#countries";
        assert_eq!(href(2), Some((null.into(), false)));
        assert_eq!(href(4), None, "no row chooses nothing");
        assert!(links.is_any_chosen(&frame));
        assert_eq!(links.column(&frame), Some(1), "the column of the variable's name");
    }

    #[test]
    fn a_selected_row_keeps_the_other_selected_values() {
        let sales = dashboard("sales", vec![variable("country", true, free(), &[])]);
        let links = filtered(&sales, "country=France&country=EIRE", None);
        let frame = frame(&[Some("France"), Some("Spain")]);
        assert_eq!(links.row(&frame, 0).unwrap().href, "/d/sales?country=EIRE#countries");
        assert_eq!(links.row(&frame, 1).unwrap().href, "/d/sales?country=Spain#countries");
        let links = filtered(&sales, "country=France&country.is=null", None);
        let frame = self::frame(&[Some("France"), None]);
        assert_eq!(links.row(&frame, 0).unwrap().href, "/d/sales?country.is=null#countries");
        let null = links.row(&frame, 1).unwrap();
        assert_eq!(
            (null.href.as_str(), null.is_chosen),
            ("/d/sales?country=France#countries", true)
        );
    }

    #[test]
    fn an_empty_selection_is_explicit_if_the_variable_has_a_default() {
        let sales = dashboard("sales", vec![variable("country", true, free(), &["France"])]);
        let links = filtered(&sales, "", None);
        assert_eq!(
            links.row(&frame(&[Some("France")]), 0).unwrap().href,
            "/d/sales?country.is=all#countries"
        );
    }

    #[test]
    fn only_values_that_the_variable_accepts_are_links() {
        let fixed = Options::Fixed(vec!["low".into()]);
        let sales = dashboard("sales", vec![variable("country", false, fixed, &[])]);
        let long = "x".repeat(201);
        let frame = frame(&[Some("low"), Some("high"), Some(&long)]);
        let links = filtered(&sales, "", None);
        assert!(links.row(&frame, 0).is_some());
        assert_eq!((links.row(&frame, 1), links.row(&frame, 2)), (None, None));
        let floats = filtered(&sales, "", Some("share"));
        assert!(floats.row(&frame, 0).is_none(), "1.5 is not among the choices");
        assert_eq!(floats.refusal(&frame, 0), Some("it is not one of the variable's choices"));
        assert_eq!(links.refusal(&frame, 0), None);
        assert_eq!(filtered(&sales, "", Some("no_such_column")).row(&frame, 0), None);
    }

    #[test]
    fn rows_do_not_repeat_what_is_chosen_by_the_megabyte() {
        let variables =
            vec![variable("country", true, free(), &[]), variable("code", true, free(), &[])];
        let sales = dashboard("sales", variables);
        let chosen =
            |count: usize| (0..count).map(|at| format!("code={at:06}&")).collect::<String>();
        let rows = |count: usize| frame(&vec![Some("France"); count]);
        let few = filtered(&sales, &chosen(50), None);
        assert!(few.row(&rows(20_000), 0).is_some(), "what is usual is never too much");
        let many = filtered(&sales, &chosen(1_000), None);
        assert!(many.row(&rows(80), 0).is_some() && many.refusal(&rows(80), 0).is_none());
        let length: usize =
            (0..500).filter_map(|row| many.row(&rows(500), row)).map(|l| l.href.len()).sum();
        assert_eq!((length, many.refusal(&rows(500), 0)), (0, Some(TOO_MUCH)));
    }

    #[test]
    fn floats_are_written_so_that_they_are_read_back() {
        let sales = dashboard("sales", vec![variable("x", false, free(), &[])]);
        let cells = [0.1, 0.300_000_000_000_000_04, 1e300, -5e-324, 100.0, f64::NAN, f64::INFINITY];
        let values = Values::Float(cells.into_iter().map(Some).chain([None]).collect());
        let frame = Frame::new(vec![Column { name: "x".into(), values }]).unwrap();
        let links = filtered(&sales, "", None);
        let href = |row| links.row(&frame, row).map(|link| link.href);
        let written = ["0.1", "0.30000000000000004", "1e300", "-5e-324", "100"];
        for (row, text) in written.into_iter().enumerate() {
            assert_eq!(text.parse(), Ok(cells[row]));
            assert_eq!(href(row), Some(format!("/d/sales?x={text}#countries")));
        }
        for row in [5, 6] {
            assert_eq!(href(row), None);
            assert!(
                links.refusal(&frame, row).is_some_and(|s| s.starts_with("what is not a number"))
            );
        }
        assert_eq!(href(7), Some("/d/sales?x.is=null#countries".to_owned()));
        let times = Values::Time(vec![Some(crate::Timestamp(0)), None]);
        let frame = Frame::new(vec![Column { name: "x".into(), values: times }]).unwrap();
        let href = |row| links.row(&frame, row).map(|link| link.href);
        assert_eq!(href(0), Some("/d/sales?x=1970-01-01T00%3A00%3A00Z#countries".to_owned()));
        assert_eq!(links.refusal(&frame, 0), None);
        assert_eq!(links.refusal(&frame, 2), None, "there is no such row");
    }

    #[test]
    fn a_link_carries_the_range_and_shared_variables() {
        let bands = || Options::Fixed(vec!["low".into(), "high".into()]);
        let sales = dashboard(
            "sales",
            vec![
                variable("country", true, free(), &[]),
                variable("band", true, bands(), &[]),
                variable("own", true, free(), &[]),
            ],
        );
        let products = dashboard(
            "products",
            vec![
                variable("country", false, free(), &[]),
                variable("band", false, Options::Fixed(vec!["low".into()]), &[]),
            ],
        );
        let here = view(
            &sales,
            "from=2011-11-01&to=2011-11-30&interval=week&country=EIRE&band=high&own=x",
        );
        assert_eq!(
            PanelLink::href(&products, &here),
            "/d/products?from=2011-11-01&to=2011-11-30&interval=week&country=EIRE",
            "\"high\" would be refused there"
        );
        let several = view(&sales, "country=EIRE&country=France&band=low");
        assert_eq!(PanelLink::href(&products, &several), "/d/products?band=low");
        let country = VariableName::parse("country").unwrap();
        let link = PanelLink {
            dashboard: products.slug.clone(),
            variables: [(country, "country".to_owned())].into(),
        };
        let links = RowLinks::of_link(&link, &products, &here).unwrap();
        let row = links.row(&frame(&[Some("Spain")]), 0).unwrap();
        assert_eq!(
            row.href,
            "/d/products?from=2011-11-01&to=2011-11-30&interval=week&country=Spain"
        );
        assert!(!row.is_chosen);
        let whole = PanelLink { variables: BTreeMap::new(), ..link };
        assert_eq!(RowLinks::of_link(&whole, &products, &here), None);
    }
}
