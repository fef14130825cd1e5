//! The API's routes. Their comments are the API's own description.

use super::answer::{self, Answer};
use super::asked::asked;
use super::data::{DashboardAnswer, PanelAnswer};
use super::definition::{Dashboards, Definition, Summary};
use super::form::Form;
use super::parameters::{ImageParameters, PanelPath, PdfParameters, ViewParameters};
use super::problem;
use crate::auth::viewer::Viewer;
use crate::http::accept;
use crate::http::problem::Problem;
use crate::service::Wanted;
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, OriginalUri, Path, State};
use brisk_cache::{Caller, Client, Trigger};
use brisk_domain::view::parse_query;
use http::HeaderMap;

/// The dashboards
#[utoipa::path(get, path = "/api/v1/dashboards", operation_id = "dashboards", tag = "dashboards",
    responses((status = 200, description = "The dashboards that you may see.", body = Dashboards<'_>)))]
pub async fn dashboards(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer {
    let dashboards = state.service.dashboards(&viewer);
    let dashboards = dashboards.iter().map(|dashboard| Summary::of(dashboard)).collect();
    answer::text(&headers, &Dashboards { dashboards }).map_err(|problem| problem.at(&uri))
}

/// A dashboard's definition
///
/// Its variables, its panels, and the view that opens by default.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}", operation_id = "dashboard", tag = "dashboards",
    params(("slug" = String, Path, description = "The dashboard's name.", example = "online-retail")),
    responses(
        (status = 200, description = "The dashboard.", body = Definition<'_>),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
pub async fn dashboard(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    Extension(viewer): Extension<Viewer>,
    path: Result<Path<String>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer {
    let answered = async {
        let Ok(Path(name)) = path else { return Err(problem::not_found()) };
        let pairs = parse_query(uri.query().unwrap_or_default());
        let parts = name.rsplit_once('.');
        let file =
            parts.and_then(|(slug, ending)| Some((slug, Form::of_dashboard(ending, &pairs)?)));
        if let Some((slug, form)) = file {
            let (form, service) = (form?, &state.service);
            let caller = Caller::new(Trigger::Api, client);
            let asked =
                asked(service, (caller, &viewer), (slug, Wanted::All), uri.query(), &headers)
                    .await?;
            return asked.response(service, form, &headers).await;
        }
        let (dashboard, outdated) = state.service.definition(&name, &viewer)?;
        answer::text(&headers, &Definition::of(&dashboard, outdated))
    };
    answered.await.map_err(|problem| problem.at(&uri))
}

/// A dashboard on paper (PDF)
///
/// All panels for one view, with their places, or each on a page of its own. Rows of tables flow over pages. Text
/// can be selected and searched, and the file is tagged for screen readers.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}.pdf", operation_id = "dashboard-pdf", tag = "data",
    params(("slug" = String, Path, description = "The dashboard's name.", example = "online-retail"), PdfParameters, ViewParameters),
    responses(
        (status = 200, description = "The file.", content((Vec<u8> = "application/pdf")),
            headers(("etag" = Option<String>, description = "For `If-None-Match`; absent if a panel has a problem."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `dashboard` answers it: the router has no paths that end in a word.
pub fn dashboard_as_pdf() {}

/// A dashboard as a workbook (XLSX)
///
/// A sheet for each panel, with typed cells, and a first one that says of which time and choices they are. Numbers
/// that Excel would round are text.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}.xlsx", operation_id = "dashboard-xlsx", tag = "data",
    params(("slug" = String, Path, description = "The dashboard's name.", example = "online-retail"), ViewParameters),
    responses(
        (status = 200, description = "The file.",
            content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
            headers(("etag" = Option<String>, description = "For `If-None-Match`; absent if a panel has a problem."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `dashboard` answers it, too.
pub fn dashboard_as_xlsx() {}

/// A dashboard as one HTML file
///
/// Charts and tables for one view in a file that needs no server: no script, no request to anywhere.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}.html", operation_id = "dashboard-html", tag = "data",
    params(("slug" = String, Path, description = "The dashboard's name.", example = "online-retail"), ViewParameters),
    responses(
        (status = 200, description = "The file.", content((String = "text/html")),
            headers(("etag" = Option<String>, description = "For `If-None-Match`; absent if a panel has a problem."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `dashboard` answers it, too.
pub fn dashboard_as_html() {}

/// The data of a whole dashboard
///
/// All panels for one view, in one request. A panel that fails has a problem in place of its
/// frames; the response is still `200`, without an `ETag`.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/data", operation_id = "data", tag = "data",
    params(("slug" = String, Path, description = "The dashboard's name.", example = "online-retail"), ViewParameters),
    responses(
        (status = 200, description = "All panels with their data.", body = DashboardAnswer<'_>,
            headers(("etag" = Option<String>, description = "For `If-None-Match`; absent if a panel has a problem."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
pub async fn whole(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    Extension(viewer): Extension<Viewer>,
    path: Result<Path<String>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer {
    let answered = async {
        let Ok(Path(slug)) = path else { return Err(problem::not_found()) };
        let (service, caller) = (&state.service, Caller::new(Trigger::Api, client));
        let asked =
            asked(service, (caller, &viewer), (&slug, Wanted::All), uri.query(), &headers).await?;
        asked.response(service, Form::Dashboard, &headers).await
    };
    answered.await.map_err(|problem| problem.at(&uri))
}

/// The data of a panel
///
/// Its frames for one view: the statement's result with computed columns, that of the earlier
/// period, and a stat's sparkline. CSV with `Accept: text/csv`, lines of JSON with
/// `Accept: application/x-ndjson`.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/panels/{panel}", operation_id = "panel", tag = "data",
    params(PanelPath, ViewParameters),
    responses(
        (status = 200, description = "The panel's data.",
            content((PanelAnswer<'_> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")),
            headers(
                ("etag" = String, description = "For `If-None-Match`."),
                ("brisk-freshness" = String, description = "How current the data are: `stale;as_of=\"2011-12-01T09:30:00Z\";age=61`."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
pub async fn panel(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    Extension(viewer): Extension<Viewer>,
    path: Result<Path<(String, String)>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer {
    let answered = async {
        let Ok(Path((slug, name))) = path else { return Err(problem::not_found()) };
        let pairs = parse_query(uri.query().unwrap_or_default());
        let parts = name.rsplit_once('.');
        let file = parts.and_then(|(panel, ending)| Some((panel, Form::of_panel(ending, &pairs)?)));
        let (panel, form) = match file {
            Some((panel, form)) => (panel, form?),
            None => (name.as_str(), Form::data(accept::data_form(&headers))),
        };
        let (service, caller) = (&state.service, Caller::new(Trigger::Api, client));
        let asked =
            asked(service, (caller, &viewer), (&slug, Wanted::Panel(panel)), uri.query(), &headers)
                .await?;
        asked.response(service, form, &headers).await
    };
    answered.await.map_err(|problem| problem.at(&uri))
}

/// The frame of a panel as CSV
///
/// RFC 4180, in UTF-8: a header row with the columns' names, exact values, times on the wall clock
/// of the zone with their offset, NULL as an empty field. Texts and names that start with `=`, `+`,
/// `-`, `@`, a tab or a line break are prefixed with an apostrophe, so that no spreadsheet runs them
/// as formulas. Numbers are left as they are.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/panels/{panel}.csv", operation_id = "csv", tag = "data",
    params(PanelPath, ViewParameters),
    responses(
        (status = 200, description = "The panel's frame.", content((String = "text/csv")),
            headers(
                ("etag" = String, description = "For `If-None-Match`."),
                ("brisk-freshness" = String, description = "How current the data are: `stale;as_of=\"2011-12-01T09:30:00Z\";age=61`."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `panel` answers it: the router has no paths that end in a word.
pub fn panel_as_csv() {}

/// The frame of a panel as lines of JSON (NDJSON)
///
/// An object for each row, with the columns of the CSV and the cells of the JSON.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/panels/{panel}.ndjson", operation_id = "ndjson", tag = "data",
    params(PanelPath, ViewParameters),
    responses(
        (status = 200, description = "The panel's frame.", content((String = "application/x-ndjson")),
            headers(
                ("etag" = String, description = "For `If-None-Match`."),
                ("brisk-freshness" = String, description = "How current the data are: `stale;as_of=\"2011-12-01T09:30:00Z\";age=61`."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `panel` answers it, too.
pub fn panel_as_lines() {}

/// A panel as an image (SVG)
///
/// It stands alone: its title above, and below it the range, what is chosen, and when the data were loaded. It
/// needs the font Inter, or another one without serifs, where it is shown.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/panels/{panel}.svg", operation_id = "svg", tag = "data",
    params(PanelPath, ImageParameters, ViewParameters),
    responses(
        (status = 200, description = "The image.", content((String = "image/svg+xml")),
            headers(
                ("etag" = String, description = "For `If-None-Match`."),
                ("brisk-freshness" = String, description = "How current the data are: `stale;as_of=\"2011-12-01T09:30:00Z\";age=61`."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `panel` answers it, too.
pub fn panel_as_svg() {}

/// A panel as an image (PNG)
///
/// The same, with its text drawn.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/panels/{panel}.png", operation_id = "png", tag = "data",
    params(PanelPath, ImageParameters, ViewParameters),
    responses(
        (status = 200, description = "The image.", content((Vec<u8> = "image/png")),
            headers(
                ("etag" = String, description = "For `If-None-Match`."),
                ("brisk-freshness" = String, description = "How current the data are: `stale;as_of=\"2011-12-01T09:30:00Z\";age=61`."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `panel` answers it, too.
pub fn panel_as_png() {}

/// A panel on paper (PDF)
///
/// The panel for one view, on as many pages as its rows take.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/panels/{panel}.pdf", operation_id = "pdf", tag = "data",
    params(PanelPath, PdfParameters, ViewParameters),
    responses(
        (status = 200, description = "The file.", content((Vec<u8> = "application/pdf")),
            headers(("etag" = Option<String>, description = "For `If-None-Match`; absent if the panel has a problem."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `panel` answers it, too.
pub fn panel_as_pdf() {}

/// A panel as a workbook (XLSX)
///
/// All rows of the panel for one view, with typed cells. Numbers that Excel would round are text.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/panels/{panel}.xlsx", operation_id = "xlsx", tag = "data",
    params(PanelPath, ViewParameters),
    responses(
        (status = 200, description = "The file.",
            content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
            headers(("etag" = Option<String>, description = "For `If-None-Match`; absent if the panel has a problem."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `panel` answers it, too.
pub fn panel_as_xlsx() {}

/// A panel as one HTML file
///
/// Its chart and its rows for one view in a file that needs no server.
#[utoipa::path(get, path = "/api/v1/dashboards/{slug}/panels/{panel}.html", operation_id = "html", tag = "data",
    params(PanelPath, ViewParameters),
    responses(
        (status = 200, description = "The file.", content((String = "text/html")),
            headers(("etag" = Option<String>, description = "For `If-None-Match`; absent if the panel has a problem."))),
        (status = 304, description = "The version in `If-None-Match` is still current."),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
#[allow(dead_code)] // `panel` answers it, too.
pub fn panel_as_html() {}

/// Everything else under the API's address.
pub async fn not_found(OriginalUri(uri): OriginalUri) -> Problem {
    problem::not_found().at(&uri)
}

/// A method that the address does not have.
pub async fn method_not_allowed(OriginalUri(uri): OriginalUri) -> Problem {
    let reads = !uri.path().ends_with("/invalidations");
    problem::method_not_allowed(reads).at(&uri)
}
