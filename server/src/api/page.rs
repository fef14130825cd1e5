//! The page to try the API: its operations, from its own description, each with a form that opens the
//! answer. It works without scripts.

use super::{openapi, problem};
use crate::auth::{self, viewer};
use crate::exports::OF_FILES;
use crate::hooks;
use crate::image_links;
use crate::pages::response;
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{ApiField, ApiOperation, ApiPage, ApiProblem, FieldKind, Page};
use brisk_domain::view::{parse_query, query_string};
use brisk_domain::{PanelId, Slug, parameter};
use http::StatusCode;
use std::sync::Arc;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{PathItem, RefOr};

/// The fields of the view in a form; variables have a field of their own.
const OF_THE_VIEW: [&str; 6] = [
    parameter::RANGE,
    parameter::FROM,
    parameter::TO,
    parameter::INTERVAL,
    parameter::ZONE,
    parameter::MAX_STALE,
];
/// The parameters of images alone.
const OF_IMAGES: [&str; 3] = [parameter::IMAGE_SIZE, parameter::IMAGE_SCALE, parameter::THEME];

/// `/api`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let operations = operations().filter_map(|(path, operation)| api_operation(path, operation));
    let operations = operations.chain(changing().filter_map(|(path, operation)| {
        let asked = api_operation(path, operation)?;
        Some(ApiOperation { fields: Vec::new(), example: Some(example(path, operation)), ..asked })
    }));
    let kinds = auth::problem::KINDS.iter().chain(&problem::KINDS);
    let kinds = kinds.chain(&hooks::problem::KINDS).chain(&image_links::problem::KINDS);
    let problems = kinds.map(|kind| ApiProblem {
        name: kind.name,
        status: kind.status.as_u16(),
        title: kind.title,
        advice: kind.advice,
    });
    let problems = problems.chain(brisk_graphql::problem::KINDS.iter().map(|kind| ApiProblem {
        name: kind.name,
        status: kind.status,
        title: kind.title,
        advice: kind.advice,
    }));
    let page = ApiPage {
        about: openapi::document().info.description.as_deref().unwrap_or_default(),
        operations: operations.collect(),
        problems: problems.collect(),
        dashboards: state.service.dashboards(&viewer::of(request.extensions())),
    };
    response::page(&state, StatusCode::OK, Page::Api(Arc::new(page)), request).await
}

/// `/api/try/{operation}`: from a form's fields to the address of the answer. Forms cannot put a
/// field into a path.
pub async fn open(path: Result<Path<String>, PathRejection>, request: Request) -> Response {
    let fields = parse_query(request.uri().query().unwrap_or_default());
    let address = path.ok().and_then(|Path(id)| address(&id, &fields));
    Redirect::to(address.as_deref().unwrap_or("/api")).into_response()
}

/// The address of the answer; none where a field that belongs in its path is missing.
fn address(id: &str, fields: &[(String, String)]) -> Option<String> {
    let field = |name: &str| fields.iter().find(|(n, v)| n == name && !v.is_empty());
    let field = |name: &str| field(name).map(|(_, value)| value.as_str());
    let (path, _) = operations().find(|(_, operation)| id_of(operation) == id)?;
    let mut path = path.to_owned();
    if path.contains("{panel}") {
        // One field names both.
        let (slug, panel) = field("panel")?.split_once('/')?;
        let (slug, panel) = (Slug::parse(slug).ok()?, PanelId::parse(panel).ok()?);
        path = path.replace("{slug}", slug.as_str()).replace("{panel}", panel.as_str());
    } else if path.contains("{slug}") {
        path = path.replace("{slug}", Slug::parse(field("slug")?).ok()?.as_str());
    }
    let named = OF_IMAGES.into_iter().chain(OF_FILES).chain(OF_THE_VIEW);
    let given = named.filter_map(|name| Some((name, field(name)?)));
    let mut pairs: Vec<(String, String)> =
        given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.extend(parse_query(field("variables").unwrap_or_default()));
    Some(path + &query_string(&pairs))
}

fn operations() -> impl Iterator<Item = (&'static str, &'static Operation)> {
    let paths = openapi::document().paths.paths.iter();
    paths.filter_map(|(path, PathItem { get, .. })| Some((path.as_str(), get.as_ref()?)))
}

/// The operations that change something, which have no form on the page.
fn changing() -> impl Iterator<Item = (&'static str, &'static Operation)> {
    let paths = openapi::document().paths.paths.iter();
    paths.filter_map(|(path, PathItem { post, .. })| Some((path.as_str(), post.as_ref()?)))
}

/// How a program calls it.
fn example(path: &str, operation: &Operation) -> String {
    let body = operation.request_body.iter().filter_map(|body| match body {
        RefOr::T(body) => Some(body),
        RefOr::Ref(_) => None,
    });
    let content = body.flat_map(|body| body.content.values());
    let mut examples = content.filter_map(|content| match content {
        RefOr::T(content) => content.example.as_ref(),
        RefOr::Ref(_) => None,
    });
    let body = examples.next();
    let body = body.map(|body| format!(" \\\n  --json '{body}'")).unwrap_or_default();
    format!("curl \"$ADDRESS{path}\" -H \"Authorization: Bearer $TOKEN\"{body}")
}

fn id_of(operation: &Operation) -> &str {
    operation.operation_id.as_deref().unwrap_or_default()
}

fn api_operation(path: &'static str, operation: &'static Operation) -> Option<ApiOperation> {
    let parameters = operation.parameters.iter().flatten();
    let parameters = parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    Some(ApiOperation {
        id: id_of(operation),
        path,
        title: operation.summary.as_deref()?,
        about: operation.description.as_deref().unwrap_or_default(),
        fields: parameters.filter_map(|parameter| field(path, parameter)).collect(),
        example: None,
    })
}

fn field(path: &str, parameter: &'static Parameter) -> Option<ApiField> {
    let in_path = matches!(parameter.parameter_in, ParameterIn::Path);
    let kind = match parameter.name.as_str() {
        "slug" if path.contains("{panel}") => return None,
        "slug" => FieldKind::Dashboard,
        "panel" => FieldKind::Panel,
        parameter::RANGE => FieldKind::Range,
        parameter::FROM | parameter::TO => FieldKind::Day,
        parameter::INTERVAL => FieldKind::Interval,
        parameter::MAX_STALE => FieldKind::Number,
        parameter::ZONE => FieldKind::Text("Europe/London"),
        parameter::IMAGE_SIZE => FieldKind::Text("720x360"),
        parameter::IMAGE_SCALE => FieldKind::Text("2"),
        parameter::THEME => FieldKind::Text("light"),
        parameter::PDF_PAPER => FieldKind::Text("a4"),
        parameter::PDF_ORIENTATION => FieldKind::Text("portrait"),
        parameter::PDF_LAYOUT => FieldKind::Text("dashboard"),
        "variables" => FieldKind::Text("country=France&country=EIRE"),
        _ => FieldKind::Text(""),
    };
    let about = parameter.description.as_deref().unwrap_or_default();
    // A list to choose from needs no explanation.
    let about = if in_path { "" } else { about };
    Some(ApiField { name: &parameter.name, about, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(id: &str, query: &str) -> Option<String> {
        address(id, &parse_query(query))
    }

    #[test]
    fn forms_lead_to_the_answer_with_what_was_filled_in() {
        let cases = [
            ("dashboards", "", "/api/v1/dashboards"),
            ("dashboard", "slug=sales", "/api/v1/dashboards/sales"),
            (
                "data",
                "slug=sales&range=&tz=Asia%2FTokyo&x=y",
                "/api/v1/dashboards/sales/data?tz=Asia%2FTokyo",
            ),
            (
                "csv",
                "panel=sales%2Fone&max-stale=60&variables=country%3DFrance%26country%3DC%25C3%25B4te",
                "/api/v1/dashboards/sales/panels/one.csv?max-stale=60&country=France&country=C%C3%B4te",
            ),
            (
                "svg",
                "panel=sales%2Fone&image-size=300x150&theme=print&range=today",
                "/api/v1/dashboards/sales/panels/one.svg?image-size=300x150&theme=print&range=today",
            ),
        ];
        for (id, query, expected) in cases {
            assert_eq!(opened(id, query).as_deref(), Some(expected));
        }
    }

    #[test]
    fn forms_lead_nowhere_else() {
        for (id, query) in [
            ("nowhere", ""),
            ("dashboard", ""),
            ("dashboard", "slug=//evil.example"),
            ("panel", "panel=sales"),
            ("panel", "panel=sales/../x"),
            ("panel", "panel=sales/x%0d%0aa:b"),
        ] {
            assert_eq!(opened(id, query), None, "{id} {query}");
        }
    }

    #[test]
    fn every_operation_has_its_form() {
        let shown: Vec<_> = operations().filter_map(|(p, o)| api_operation(p, o)).collect();
        assert_eq!(shown.len() + changing().count(), openapi::document().paths.paths.len());
        for operation in &shown {
            let words: Vec<&str> = operation.fields.iter().map(|field| field.name).collect();
            assert_eq!(operation.path.contains("{panel}"), words.contains(&"panel"), "{words:?}");
            let of_the_view = OF_THE_VIEW.iter().all(|name| words.contains(name));
            assert_eq!(of_the_view, words.contains(&"variables"), "{words:?}");
        }
    }
}
