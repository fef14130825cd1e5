//! Funnels.

use super::{drawn, markup_snapshot, snapshot};
use crate::support::case::{Case, label};
use crate::support::cases::funnel::{edge_cases, usual};
use crate::support::columns::{column, texts};
use crate::support::links::countries;
use brisk_chart::Drawing;
use brisk_domain::panel_kind::funnel::Labels;
use brisk_domain::{PanelKindName, Values};

#[test]
fn shares_of_the_first_step_or_values() {
    let usual = || usual().remove(0);
    snapshot("funnel", &drawn(&usual()));
    let values = usual().with(|case| label(&mut case.spec, Labels::Value));
    snapshot("funnel_with_values", &drawn(&values));
}

#[test]
fn steps_are_links_and_the_chosen_one_takes_itself_back() {
    let case = countries(PanelKindName::Funnel, "range=last-7-days&country=France");
    markup_snapshot("funnel_with_links", &case.draw().body);
}

#[test]
fn a_step_without_a_value_has_no_bar_and_is_said() {
    let drawing = funnel(vec![Some(10), None, Some(5)]);
    assert_eq!(drawing.body.matches("<rect").count(), 2, "{}", drawing.body);
    assert!(
        drawing.summary.ends_with("b: no value. c: 5, 50\u{202f}% of the first."),
        "{}",
        drawing.summary
    );
}

#[test]
fn what_has_no_shares_is_not_drawn() {
    for first in [None, Some(0)] {
        let body = funnel(vec![first, Some(3)]).body;
        assert!(body.contains("The first step has no value"), "{body}");
    }
    let body = funnel(vec![Some(5), Some(-3)]).body;
    assert!(body.contains("A funnel cannot show negative values (b: −3); see the table"), "{body}");
}

#[test]
fn steps_that_do_not_fit_are_counted() {
    let case = edge_cases().into_iter().find(|case| case.name == "funnel_low").unwrap();
    let drawing = case.draw();
    assert!(drawing.body.contains("3 more in the table"), "{}", drawing.body);
    assert_eq!(drawing.readout.labels.len(), 2);
}

fn funnel(values: Vec<Option<i64>>) -> Drawing {
    let names = ["a", "b", "c"];
    let columns = vec![texts("step", &names[..values.len()]), column("n", Values::Int(values))];
    Case::new("", PanelKindName::Funnel, "Steps", columns).draw()
}
