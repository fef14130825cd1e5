//! What one operation asks of a view is asked together.

use crate::fake::{Call, Fake, ask, panels};
use std::fmt::Write as _;
use std::sync::Arc;

const FRAME: &str = "frame { rows columns { name values } }";

/// Twenty panels, each with an alias.
fn twenty(field: impl Fn(usize) -> String) -> String {
    (0..20).fold(String::new(), |mut all, at| {
        let _ = write!(all, "a{at}: {} ", field(at));
        all
    })
}

#[tokio::test]
async fn twenty_panels_are_one_batch_however_they_are_asked_for() {
    let one = |at| format!("panel(id: \"p{at}\") {{ id {FRAME} }}");
    let aliased = twenty(one);
    let of_views = twenty(|at| format!("data {{ panel(id: \"p{at}\") {{ id }} }}"));
    let of_dashboards = twenty(|at| {
        format!("dashboard(slug: \"sales\") {{ data {{ panel(id: \"p{at}\") {{ id }} }} }}")
    });
    let ids: Vec<String> = (0..20).map(|at| format!("\"p{at}\"")).collect();
    for query in [
        format!("{{ dashboard(slug: \"sales\") {{ data {{ {aliased} }} }} }}"),
        format!(
            "{{ dashboard(slug: \"sales\") {{ data {{ zone bounds {{ from }} {aliased} variables {{ variable }} }} }} }}"
        ),
        format!("{{ dashboard(slug: \"sales\") {{ {of_views} }} }}"),
        format!("{{ {of_dashboards} }}"),
        format!("{{ dashboard(slug: \"sales\") {{ data {{ panels(ids: {ids:?}) {{ id }} }} }} }}")
            .replace("\\\"", "")
            .replace("[\"\"", "[\""),
    ] {
        let backend = Arc::new(Fake::default());
        let body = ask(&backend, &query).await;
        assert!(body["errors"].is_null(), "{query}: {body}");
        let views = backend.views();
        assert_eq!(views.len(), 1, "{query}: {views:?}");
        let wanted: Vec<String> = panels().into_iter().take(20).collect();
        assert_eq!(views[0].1.panels, wanted, "{query}");
        assert!(!views[0].1.choices);
    }
}

/// More than the executor polls in one go.
#[tokio::test]
async fn all_panels_and_the_choices_are_one_batch_and_each_panel_is_asked_for_once() {
    let query = "{ dashboard(slug: \"sales\") { data {
        panels { id } again: panels { id } panel(id: \"p3\") { id }
        choices { variable choices { value label } } interval } } }";
    let backend = Arc::new(Fake::default());
    let body = ask(&backend, query).await;
    let views = backend.views();
    assert_eq!(views.len(), 1);
    assert_eq!(views[0].1.panels, panels());
    assert!(views[0].1.choices);
    let data = &body["data"]["dashboard"]["data"];
    assert_eq!(data["panels"], data["again"]);
    assert_eq!(data["panels"].as_array().unwrap().len(), 41);
    assert_eq!(data["panel"]["id"], "p3");
    let choices = &data["choices"][0]["choices"];
    assert_eq!(
        choices.to_string(),
        r#"[{"label":"France","value":"France"},{"label":"(none)","value":null}]"#
    );

    let many: String =
        (0..100).map(|at| format!("a{at}: panel(id: \"p{}\") {{ id }} ", at % 40)).collect();
    let backend = Arc::new(Fake::default());
    let body =
        ask(&backend, &format!("{{ dashboard(slug: \"sales\") {{ data {{ {many} }} }} }}")).await;
    assert!(body["errors"].is_null(), "{body}");
    assert_eq!(backend.views().len(), 1);
    assert_eq!(body["data"]["dashboard"]["data"]["a99"]["id"], "p19");
}

#[tokio::test]
async fn each_view_is_a_batch_of_its_own() {
    let query = "{ dashboard(slug: \"sales\") {
        week: data(view: {range: \"last-7-days\"}) { panel(id: \"p1\") { id } }
        today: data(view: {range: \"today\"}) { panel(id: \"p1\") { id } panel(id: \"p1\") { title } }
        tokyo: data(view: {range: \"today\", tz: \"Asia/Tokyo\"}) { zone } } }";
    let backend = Arc::new(Fake::default());
    let body = ask(&backend, query).await;
    assert!(body["errors"].is_null(), "{body}");
    let mut views = backend.views();
    views.sort_by(|one, other| one.0.cmp(&other.0));
    let wanted: Vec<usize> = views.iter().map(|(_, wanted)| wanted.panels.len()).collect();
    assert_eq!(wanted, [1, 1, 0], "{views:?}");
}

/// What is chosen is passed on in the words of a page's address.
#[tokio::test]
async fn a_view_is_asked_for_in_the_words_of_an_address() {
    let pairs = async |view: &str| {
        let backend = Arc::new(Fake::default());
        let query = format!("{{ dashboard(slug: \"sales\") {{ data(view: {view}) {{ zone }} }} }}");
        let body = ask(&backend, &query).await;
        assert!(body["errors"].is_null(), "{body}");
        let (asked, _) = backend.views().remove(0);
        let pairs: Vec<String> = asked.pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
        (pairs.join("&"), asked.tz, asked.max_stale)
    };
    let of = |pairs: &str| (pairs.to_owned(), None, None);
    assert_eq!(pairs("{}").await, of(""));
    assert_eq!(
        pairs("{from: \"2011-11-01\", to: \"2011-11-30\", interval: \"week\"}").await,
        of("from=2011-11-01&to=2011-11-30&interval=week")
    );
    let chosen = |values: &str| format!("{{variables: [{{name: \"country\", values: {values}}}]}}");
    assert_eq!(
        pairs(&chosen("[\"France\", null, \"\"]")).await,
        of("country=France&country.is=null&country=")
    );
    assert_eq!(pairs(&chosen("[]")).await, of("country.is=all"));
    let (_, tz, max_stale) = pairs("{tz: \"Asia/Tokyo\", maxStale: 60}").await;
    assert_eq!((tz.as_deref(), max_stale), (Some("Asia/Tokyo"), Some(60)));
}

#[tokio::test]
async fn what_is_misspelt_is_refused_and_chooses_nothing() {
    for (field, code) in [
        (
            "data(view: {variables: [{name: \"contry\", values: [\"France\"]}]}) { zone }",
            "wrong-parameter",
        ),
        ("data(view: {range: \"today\", from: \"2011-11-01\"}) { zone }", "wrong-parameter"),
        ("data { panel(id: \"p99\") { id } }", "not-found"),
        ("data { panels(ids: [\"p1\", \"p99\"]) { id } }", "not-found"),
        ("data { choices(variable: \"contry\") { variable } }", "not-found"),
        (
            "data { panel(id: \"p1\") { frame { columns(names: [\"nowhere\"]) { name } } } }",
            "wrong-parameter",
        ),
    ] {
        let backend = Arc::new(Fake::default());
        let body = ask(&backend, &format!("{{ dashboard(slug: \"sales\") {{ {field} }} }}")).await;
        assert_eq!(crate::fake::code(&body), code, "{field}");
    }
}

#[tokio::test]
async fn what_was_refreshed_is_asked_for_afterwards_and_mutations_follow_each_other() {
    let backend = Arc::new(Fake::default());
    let query = "mutation {
        first: refresh(slug: \"sales\", view: {range: \"today\"}) { panel(id: \"p1\") { id } panels(ids: [\"p2\"]) { id } }
        second: invalidate(tags: [\"table:shop.orders\"]) { invalidated }
        third: refresh(slug: \"sales\", view: {range: \"today\"}) { panel(id: \"p1\") { id } } }";
    let body = ask(&backend, query).await;
    assert!(body["errors"].is_null(), "{body}");
    let calls: Vec<String> = backend
        .called()
        .iter()
        .map(|call| match call {
            Call::View(_, wanted) => wanted.panels.join(","),
            Call::Refresh(asked) => format!("refresh {}", asked.pairs[0].1),
            Call::Invalidate(tags, test) => format!("invalidate {} {test}", tags.join(",")),
            Call::News(..) => "news".into(),
        })
        .collect();
    assert_eq!(
        calls,
        ["refresh today", "p1,p2", "invalidate table:shop.orders false", "refresh today", "p1"]
    );
}
