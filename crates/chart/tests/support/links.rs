//! Rows that lead somewhere.

use super::case::Case;
use super::columns::{floats, texts};
use brisk_domain::variable_kind::{Multi, Options};
use brisk_domain::view::parse_query;
use brisk_domain::{
    Dashboard, IntervalChoice, Now, PanelFilter, PanelKindName, RowLinks, Selection, Slug,
    TimeRange, Variable, VariableKind, VariableName, ViewState, ZoneName,
};

pub(crate) const NAMES: [&str; 3] = ["United Kingdom", "Côte d'Ivoire & <b>", "France"];

/// A chart whose rows choose the country; `query` is the view.
pub(crate) fn countries(kind: PanelKindName, query: &str) -> Case {
    let columns = vec![texts("country", &NAMES), floats("revenue", [900.0, 40.5, 60.0])];
    Case::new("countries", kind, "Revenue by country", columns)
        .with(|case| case.links = Some(links(query)))
}

fn links(query: &str) -> RowLinks {
    let dashboard = dashboard();
    let view = ViewState::from_pairs(&dashboard, &parse_query(query)).unwrap();
    let variable = &dashboard.variables[0];
    let filter = PanelFilter { variable: variable.name.clone(), column: None };
    let (path, pairs) = ("/d/sales".to_owned(), view.to_pairs(&dashboard));
    RowLinks::of_filter(&filter, variable, &view, path, pairs, Some("countries".into()))
}

/// A dashboard with the variable `country`.
fn dashboard() -> Dashboard {
    let source = brisk_domain::SourceName::parse("shop").unwrap();
    let query = brisk_domain::Query { sql: "select 1".into(), line: 1 };
    Dashboard {
        slug: Slug::parse("sales").unwrap(),
        title: "Sales".into(),
        description: None,
        audience: brisk_domain::Audience::SignedIn,
        has_own_audience: false,
        folder: None,
        zone: ZoneName::utc(),
        written_in: None,
        now: Now::Clock,
        range: TimeRange::parse("last 90 days").unwrap(),
        interval: IntervalChoice::Auto,
        cache: brisk_domain::CachePolicy::default(),
        tags: vec![],
        variables: vec![Variable {
            name: VariableName::parse("country").unwrap(),
            label: "Country".into(),
            kind: VariableKind::Multi(Multi {
                options: Options::Query { source, query },
                default: Selection::default(),
            }),
        }],
        panels: vec![],
    }
}
