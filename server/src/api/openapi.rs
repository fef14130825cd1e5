//! The API's description: OpenAPI 3.1, from the comments of handlers and of what they answer.

use super::answer;
use super::answer::Answer;
use super::column_schema::Column;
use super::frame::ComputedFrom;
use super::handlers;
use super::view_schema::{IntervalWord, RangeWord, Variables, WallTime, Zone};
use crate::hooks::by_token;
use axum::extract::OriginalUri;
use http::HeaderMap;
use std::sync::OnceLock;
use utoipa::OpenApi;

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Brisk",
        description = "The data that dashboards show, for programs: the same frames from the same \
            cache. The API is read-only except for `/api/v1/invalidations`. Responses hold current \
            values and wait for them if necessary. Problems are `application/problem+json` \
            (RFC 9457); `Retry-After` says when to try again."
    ),
    paths(
        handlers::dashboards,
        handlers::dashboard,
        handlers::whole,
        handlers::panel,
        handlers::panel_as_csv,
        handlers::panel_as_lines,
        handlers::panel_as_svg,
        handlers::panel_as_png,
        handlers::dashboard_as_pdf,
        handlers::dashboard_as_xlsx,
        handlers::panel_as_pdf,
        handlers::panel_as_xlsx,
        handlers::dashboard_as_html,
        handlers::panel_as_html,
        description,
        by_token::invalidate,
    ),
    components(schemas(Column, ComputedFrom<'static>, RangeWord, WallTime, IntervalWord, Zone, Variables)),
    tags(
        (name = "dashboards", description = "Dashboards and their definitions."),
        (name = "data", description = "The data that panels show."),
        (name = "description", description = "This description."),
        (name = "invalidation", description = "Telling Brisk what has changed."),
    )
)]
struct Description;

/// The description, made once.
pub fn document() -> &'static utoipa::openapi::OpenApi {
    static DOCUMENT: OnceLock<utoipa::openapi::OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(Description::openapi)
}

/// This description
///
/// OpenAPI 3.1.
#[utoipa::path(get, path = "/api/v1/openapi.json", operation_id = "openapi", tag = "description",
    responses((status = 200, description = "The API's description.", body = Object)))]
pub async fn description(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Answer {
    answer::text(&headers, document()).map_err(|problem| problem.at(&uri))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_openapi_3_1() {
        let json = serde_json::to_value(document()).unwrap();
        assert_eq!(json["openapi"], "3.1.0");
    }

    /// Absent and null would be two ways to say nothing.
    #[test]
    fn what_is_always_written_is_promised() {
        let json = serde_json::to_value(document()).unwrap();
        for (name, schema) in json["components"]["schemas"].as_object().unwrap() {
            let Some(properties) = schema["properties"].as_object() else { continue };
            let required = schema["required"].as_array().unwrap();
            let sometimes: Vec<&String> = properties
                .keys()
                .filter(|property| !required.iter().any(|r| r == *property))
                .collect();
            let expected: &[&str] = match name.as_str() {
                "Problem" => &["instance", "retry_after"],
                "Invalidated" => &["notes", "would_invalidate"],
                _ => &[],
            };
            assert_eq!(sometimes, expected, "{name}");
        }
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let text = serde_json::to_string(document()).unwrap();
        let json = serde_json::to_value(document()).unwrap();
        let names: Vec<&str> = text
            .split("\"#/components/schemas/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            assert!(json["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}
