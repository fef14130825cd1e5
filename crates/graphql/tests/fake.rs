//! A server that is made up: it knows what it was asked for.

use async_trait::async_trait;
use brisk_graphql::types::definition::Definition;
use brisk_graphql::types::figures::{CacheFigures, PanelFigures};
use brisk_graphql::types::input::AskedView;
use brisk_graphql::types::news::{Invalidated, News, PanelNews};
use brisk_graphql::types::panel::{Choice, VariableChoices, ViewAnswer};
use brisk_graphql::{Backend, Endpoint, Kind, Problem, Request, Sent, Wanted, read};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// What it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    View(AskedView, Wanted),
    Refresh(AskedView),
    Invalidate(Vec<String>, bool),
    News(AskedView, Option<String>),
}

#[derive(Default)]
pub(crate) struct Fake {
    pub(crate) calls: Mutex<Vec<Call>>,
    /// Texts of that many characters in place of the usual cells.
    pub(crate) long: Option<usize>,
    /// Whether its viewer may nothing.
    pub(crate) is_stranger: bool,
}

pub(crate) const SIGN_IN: Kind =
    Kind { name: "sign-in", title: "Signing in is required", status: 401, advice: "" };
const REFUSED: Kind =
    Kind { name: "refused", title: "The database refused the statement", status: 502, advice: "" };

/// `p0` to `p39`; `broken` has a problem.
pub(crate) fn panels() -> Vec<String> {
    (0..40).map(|at| format!("p{at}")).chain(["broken".to_owned()]).collect()
}

/// Cells of every type, as the JSON API writes them.
pub(crate) fn columns() -> Value {
    let column = |name: &str, kind: &str, cells: Value| {
        json!({"name": name, "label": name.to_uppercase(), "type": kind, "unit": null,
               "computed": null, "cells": cells})
    };
    json!([
        column("int", "int", json!([i64::MAX, i64::MIN, null])),
        column("decimal", "decimal", json!(["123456789012345678901234567890.10", "-0.0", null])),
        column("float", "float", json!([0.1, "NaN", 1e300])),
        column("bool", "bool", json!([true, false, null])),
        column("text", "text", json!(["a \"b\"\n\u{0}", "", null])),
        column(
            "time",
            "time",
            json!(["1970-01-01T00:00:00.000250Z", "+294247-01-10T04:00:54Z", null])
        ),
    ])
}

fn panel(id: &str, long: Option<usize>) -> Value {
    let base = json!({"id": id, "title": "A panel", "kind": "table", "unit": null,
        "interval": "day", "frame": null, "previous": null, "sparkline": null, "notes": [],
        "freshness": null, "problem": null});
    let mut panel = base.as_object().unwrap().clone();
    if id == "broken" {
        panel["problem"] = json!({"type": "/api#refused", "title": REFUSED.title, "status": 502,
            "detail": "The database refused to answer.", "retry_after": 5});
        return panel.into();
    }
    let columns = match long {
        None => columns(),
        Some(length) => json!([{"name": "text", "label": "Text", "type": "text", "unit": null,
            "computed": null, "cells": ["x".repeat(length)]}]),
    };
    let frame = json!({"rows": 3, "columns": columns,
        "buckets": {"column": "time", "complete": [true, false, null], "left_out": 1}});
    panel["previous"] = json!({"bounds": {"from": "a", "to": "b"}, "covered": true, "frame": frame,
        "beside": ["1970-01-01T00:00:00Z", null, null]});
    panel["frame"] = frame;
    panel["freshness"] =
        json!({"state": "fresh", "as_of": "1970-01-01T00:00:00Z", "age": u64::MAX});
    panel.into()
}

fn definition(slug: &str) -> Definition {
    let panels: Vec<Value> = panels()
        .into_iter()
        .map(|id| {
            json!({"id": id, "title": "A panel", "description": null, "kind": "table", "unit": "GBP",
                   "compare": null, "interval": null, "columns": []})
        })
        .collect();
    read(&json!({"slug": slug, "title": "Sales", "description": null, "zone": "Europe/London",
        "range": "last-7-days", "interval": "auto", "outdated": false, "page": "/d/sales",
        "variables": [{"name": "country", "label": "Country", "kind": "multi", "default": [],
                       "options": ["France", null]}],
        "panels": panels}))
    .unwrap()
}

#[async_trait]
impl Backend for Fake {
    fn dashboards(&self) -> Result<Vec<Definition>, Problem> {
        Ok(if self.is_stranger { Vec::new() } else { vec![definition("sales")] })
    }

    fn dashboard(&self, slug: &str) -> Result<Definition, Problem> {
        match self.is_stranger {
            true => Err(Problem::new(&SIGN_IN, "Sign in, or send a token.")),
            false => Ok(definition(slug)),
        }
    }

    async fn view(&self, asked: &AskedView, wanted: Wanted) -> Result<ViewAnswer, Problem> {
        self.calls.lock().unwrap().push(Call::View(asked.clone(), wanted.clone()));
        // As if something had to be loaded.
        tokio::task::yield_now().await;
        let head = json!({"zone": "Europe/London", "interval": "day",
            "bounds": {"from": "2011-11-01T00:00:00Z", "to": "2011-12-01T00:00:00Z"},
            "variables": {"country": ["France", null]}});
        let panels = wanted.panels.iter().map(|id| Arc::new(read(&panel(id, self.long)).unwrap()));
        let value = |value: Option<&str>| Choice {
            value: value.map(str::to_owned),
            label: value.unwrap_or("(none)").to_owned(),
        };
        let choices = VariableChoices {
            variable: "country".into(),
            values: vec![value(Some("France")), value(None)],
            problem: None,
        };
        let choices = wanted.choices.then(|| Arc::new(choices)).into_iter().collect();
        Ok(ViewAnswer { head: read(&head).unwrap(), panels: panels.collect(), choices })
    }

    fn cache(&self) -> Result<CacheFigures, Problem> {
        Err(Problem::new(&SIGN_IN, "Sign in, or send a token."))
    }

    fn dashboard_cache(&self, _slug: &str) -> Result<Vec<PanelFigures>, Problem> {
        Err(Problem::new(&SIGN_IN, "Sign in, or send a token."))
    }

    async fn refresh(&self, asked: &AskedView) -> Result<(), Problem> {
        self.calls.lock().unwrap().push(Call::Refresh(asked.clone()));
        Ok(())
    }

    async fn invalidate(&self, tags: Vec<String>, test: bool) -> Result<Invalidated, Problem> {
        self.calls.lock().unwrap().push(Call::Invalidate(tags.clone(), test));
        Ok(Invalidated { invalidated: tags, would_invalidate: None, notes: Vec::new() })
    }

    async fn news(
        &self,
        asked: &AskedView,
        panel: Option<String>,
    ) -> Result<BoxStream<'static, News>, Problem> {
        self.calls.lock().unwrap().push(Call::News(asked.clone(), panel));
        let edition = |edition: &str| PanelNews {
            id: "p1".into(),
            state: "current".into(),
            edition: Some(edition.into()),
            ..PanelNews::default()
        };
        let first = News { outdated: false, panels: vec![edition("1")] };
        let second = News { outdated: false, panels: vec![edition("2")] };
        let last = News { outdated: true, panels: Vec::new() };
        Ok(stream::iter([first, second, last]).boxed())
    }
}

/// A program that has a token.
pub(crate) fn sent() -> Sent {
    Sent { is_read: false, is_stream: false, sees_schema: Ok(()), is_kept: true }
}

impl Fake {
    pub(crate) fn called(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The views that were asked for, and what of them.
    pub(crate) fn views(&self) -> Vec<(AskedView, Wanted)> {
        let views = self.called().into_iter().filter_map(|call| match call {
            Call::View(asked, wanted) => Some((asked, wanted)),
            Call::Refresh(_) | Call::Invalidate(..) | Call::News(..) => None,
        });
        views.collect()
    }
}

/// The status and the body of an answer.
pub(crate) async fn answer(
    endpoint: &Endpoint,
    backend: &Arc<Fake>,
    request: Request,
    sent: &Sent,
) -> (u16, Value) {
    let answer = match endpoint.prepare(request, sent) {
        Ok(prepared) => endpoint.execute(prepared, Arc::clone(backend) as Arc<dyn Backend>).await,
        Err(refused) => *refused,
    };
    (answer.status, serde_json::from_slice(&answer.json()).unwrap())
}

/// The body of the answer to a query.
pub(crate) async fn ask(backend: &Arc<Fake>, query: &str) -> Value {
    let request = Request { query: Some(query.to_owned()), ..Request::default() };
    answer(&Endpoint::default(), backend, request, &sent()).await.1
}

/// The code of the only error.
pub(crate) fn code(body: &Value) -> &str {
    let errors = body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{body}");
    errors[0]["extensions"]["code"].as_str().unwrap_or_default()
}
