//! Years, keys and codes never have thousands separators.

use crate::support::case::Case;
use crate::support::columns::{floats, gbp, ints, style, texts};
use brisk_domain::panel::Cell;
use brisk_domain::{Column, PanelKindName};

fn years() -> Column {
    ints("year", [2023, 2024, 2025])
}

#[test]
fn tables_guess_years_and_keys_whatever_the_other_numbers_count() {
    let columns =
        vec![years(), ints("id", [17_869_259_090_142_773, 1, 2]), ints("n", [1500, 2, 3])];
    let table = Case::new("", PanelKindName::Table, "All", columns)
        .with(|case| case.spec.unit = gbp())
        .draw()
        .body;
    for cell in [">2024<", ">17869259090142773<", ">£1,500.00<"] {
        assert!(table.contains(cell), "{cell}: {table}");
    }
}

#[test]
fn a_column_says_otherwise() {
    let columns = vec![years(), ints("paid", [1500, 2, 3])];
    let mut case = Case::new("", PanelKindName::Table, "All", columns);
    assert!(case.draw().body.contains(">1,500<"));
    case.spec.columns = vec![style("year", None, Cell::Plain), style("paid", None, Cell::Plain)];
    case.spec.columns[0].grouping = Some(true);
    case.spec.columns[1].grouping = Some(false);
    let table = case.draw().body;
    assert!(table.contains(">2,024<") && table.contains(">1500<"), "{table}");
    assert!(case.table().contains(">1500<"));
}

#[test]
fn figures_axes_and_tooltips_have_none() {
    let stat = Case::new("", PanelKindName::Stat, "Latest", vec![ints("year", [2025])]).draw();
    assert!(stat.body.contains(">2025<") && stat.summary == "Latest: 2025.", "{}", stat.body);
    for kind in [PanelKindName::Line, PanelKindName::Bar, PanelKindName::Scatter] {
        let case = Case::new("", kind, "All", vec![years(), floats("price", [1.5, 2.5, 2.0])]);
        let drawing = case.with(|case| case.spec.unit = gbp()).draw();
        assert!(drawing.body.contains(">2024<"), "{kind:?}: {}", drawing.body);
        let readout = format!("{:?}", drawing.readout);
        assert!(readout.contains("\"2024\"") && !readout.contains("2,024"), "{readout}");
    }
    let columns = vec![years(), texts("k", &["a", "b", "c"]), ints("n", [1, 2, 3])];
    let heat = Case::new("", PanelKindName::Heatmap, "All", columns).draw();
    assert!(heat.readout.labels.contains(&"b, 2024".to_owned()), "{:?}", heat.readout.labels);
}
