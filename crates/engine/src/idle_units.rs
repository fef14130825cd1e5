//! Notes on panels that expect numbers (for a unit, or to draw) where the statement returns none.
//! Pure.

use brisk_domain::{Frame, Panel, PanelKind, Unit, Values};

/// A sentence for each unit that has no effect on `frame`, and one if it has no numbers to draw.
pub(crate) fn notes(panel: &Panel, frame: &Frame) -> Vec<String> {
    let styles = panel.columns.iter().filter(|style| measures(style.unit.as_ref()));
    let mut notes: Vec<String> = styles
        .filter_map(|style| {
            let column = frame.column(&style.name)?;
            let held = what_is_no_number(&column.values)?;
            Some(format!(
                "The unit of \"{}\" is not shown: the column holds {held}, and only numbers have one",
                style.name
            ))
        })
        .collect();
    let is_known = |column: &brisk_domain::Column| has_cells(&column.values);
    let columns = || frame.columns().iter().filter(|column| is_known(column));
    let has_numbers = columns().any(|column| what_is_no_number(&column.values).is_none());
    if columns().next().is_none() || has_numbers {
        return notes;
    }
    if measures(Some(&panel.unit)) {
        notes.push("The panel's unit is not shown: its statement returns no numbers".to_owned());
    }
    if !matches!(panel.kind, PanelKind::Table(_)) {
        let held = columns().filter_map(|column| {
            Some(format!("\"{}\" holds {}", column.name, what_is_no_number(&column.values)?))
        });
        let held: Vec<String> = held.collect();
        notes.push(format!(
            "There is nothing to draw: the statement returns no numbers ({})",
            held.join(", ")
        ));
    }
    notes
}

/// Whether the unit affects how a number is shown.
fn measures(unit: Option<&Unit>) -> bool {
    unit.is_some_and(|unit| !matches!(unit, Unit::None | Unit::Plain))
}

fn has_cells(values: &Values) -> bool {
    (0..values.len()).any(|row| values.exact(row).is_some())
}

/// What the cells are, if there are some and they are no numbers.
fn what_is_no_number(values: &Values) -> Option<&'static str> {
    let held = match values {
        Values::Int(_) | Values::Decimal(_) | Values::Float(_) => return None,
        Values::Text(_) => "text",
        Values::Bool(_) => "true and false",
        Values::Time(_) | Values::Date(_) | Values::WallTime(_) => "times",
    };
    has_cells(values).then_some(held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::Column;

    fn panel(text: &str) -> Panel {
        let file = format!(
            "title = \"x\"\nsource = \"shop\"\n[[panel]]\nid = \"x\"\ntitle = \"x\"\nkind = \"table\"\n\
             sql = \"select 1\"\n{text}"
        );
        let slug = brisk_domain::Slug::parse("x").unwrap();
        brisk_definition::parse("x.toml", slug, &file).unwrap().panels.remove(0)
    }

    fn frame() -> Frame {
        let text = |cells: &[Option<&str>]| {
            Values::Text(cells.iter().map(|cell| cell.map(ToOwned::to_owned)).collect())
        };
        let column = |name: &str, values| Column { name: name.into(), values };
        Frame::new(vec![
            column("price", text(&[Some("1.50"), None])),
            column("nothing", text(&[None, None])),
            column("n", Values::Int(vec![Some(1), None])),
        ])
        .unwrap()
    }

    #[test]
    fn a_unit_of_what_is_no_number_is_said() {
        let said = |text: &str, frame: &Frame| notes(&panel(text), frame);
        let price = "columns = { price = { unit = \"GBP\" } }";
        assert_eq!(
            said(price, &frame()),
            [
                "The unit of \"price\" is not shown: the column holds text, and only numbers have one"
            ]
        );
        for fine in [
            "n = { unit = \"GBP\" }",
            "price = { unit = \"plain\" }",
            "nothing = { unit = \"GBP\" }",
        ] {
            assert!(said(&format!("columns = {{ {fine} }}"), &frame()).is_empty(), "{fine}");
        }
        assert!(said("unit = \"GBP\"", &frame()).is_empty());
        let texts =
            Frame::new(frame().columns()[..1].iter().map(|c| (**c).clone()).collect()).unwrap();
        assert_eq!(said("unit = \"GBP\"", &texts).len(), 1);
        assert!(said("unit = \"plain\"", &texts).is_empty());
        let bar = Panel { kind: PanelKind::Bar(Default::default()), ..panel("") };
        assert_eq!(
            notes(&bar, &texts),
            ["There is nothing to draw: the statement returns no numbers (\"price\" holds text)"]
        );
        assert!(notes(&bar, &frame()).is_empty());
    }
}
