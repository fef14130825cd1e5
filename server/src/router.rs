//! Every route with what it requires, and what surrounds them all.

use crate::auth::rights::{Requires, Routes, conceal};
use crate::auth::{identify, openid, people, profile, second_factor, set_up, sign_in, sign_out};
use crate::http::{assets, client, security};
use crate::pages::{
    activity, administration, app_sources, cache_administration, cache_changes, cache_policy,
    folders, handlers, image_keys, invalidation_administration, jobs, reports, schedules,
    server_functions, source_changes, unsubscribe, webhook_administration,
};
use crate::state::AppState;
use crate::{api, graphql, health, image_links, live, metrics};
use axum::Router;
use axum::middleware;
use axum::routing::any;
use std::path::Path;
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// All routes over `state`, with the built frontend from `site`.
pub fn router(state: AppState, site: &Path) -> Router {
    // Leptos spawns on tokio; asking twice (tests do) is harmless.
    let _ = any_spawner::Executor::init_tokio();
    let own_names = Arc::clone(&state.own_names);
    let over_tls = middleware::from_fn_with_state(own_names.clone(), security::strict_transport);
    let (proxies, auth) = (Arc::clone(&state.trusted_proxies), state.auth.clone());
    let accounts = axum::Extension(state.service.accounts().clone());
    let concealing = middleware::from_fn_with_state(state.clone(), conceal);
    routes()
        .into_router()
        .with_state(state)
        .layer(concealing)
        .layer(accounts)
        .layer(middleware::from_fn_with_state(auth, identify::identify))
        .nest_service("/assets", assets::router(site))
        .layer(middleware::from_fn_with_state(proxies, client::identify))
        .layer(axum::extract::DefaultBodyLimit::max(security::MAX_FORM))
        .layer(middleware::from_fn_with_state(own_names, security::own_pages_only))
        .layer(over_tls)
        .layer(middleware::from_fn(security::default_headers))
}

/// All routes but those of built files, which are for everybody, and of webhooks, which are signed.
pub fn routes() -> Routes {
    use Requires::{Administration, Factor, Metrics, Nothing, Profile, Sight, Tending};
    // Built files are compressed already; pages are compressed on the way, without delaying the
    // stream.
    let pages = Routes::default()
        .get("/", Sight, handlers::home)
        .get("/d/{slug}", Sight, handlers::dashboard)
        .get("/d/{slug}/p/{panel}", Sight, handlers::panel)
        .post("/d/{slug}/refresh", Sight, handlers::refresh)
        .get("/admin", Administration, administration::index)
        .get("/admin/sources", Administration, administration::sources)
        .get("/admin/sources/edit", Administration, app_sources::form)
        .post("/admin/sources/edit", Administration, app_sources::change)
        .get("/admin/sources/remove", Administration, app_sources::ask)
        .post("/admin/sources/remove", Administration, app_sources::remove)
        .get("/admin/reports", Administration, reports::list::page)
        .post("/admin/reports", Administration, reports::list::change)
        .get("/admin/reports/{name}", Administration, reports::history::page)
        .get("/admin/reports/{name}/remove", Administration, reports::removal::ask)
        .post("/admin/reports/{name}/remove", Administration, reports::removal::remove)
        .get("/admin/schedules", Administration, schedules::page)
        .post("/admin/schedules", Administration, schedules::change)
        .get("/admin/schedules/remove", Administration, schedules::ask)
        .post("/admin/schedules/remove", Administration, schedules::remove)
        .get("/admin/images", Tending, image_keys::page)
        .post("/admin/images", Tending, image_keys::change)
        .get("/admin/jobs", Administration, jobs::page)
        .post("/admin/jobs", Administration, jobs::change)
        .get("/admin/folders", Tending, folders::page)
        .post("/admin/folders", Administration, folders::change)
        .get("/admin/activity", Administration, activity::page)
        .get("/admin/activity.csv", Administration, activity::csv)
        .post("/admin/rollups/{name}/rebuild", Administration, administration::rebuild)
        .get("/admin/cache", Tending, cache_administration::index)
        .get("/admin/cache/purge", Tending, cache_changes::ask_to_purge)
        .get("/admin/cache/policy", Tending, cache_policy::page)
        .post("/admin/cache/policy", Tending, cache_policy::change)
        .post("/admin/cache/purge", Tending, cache_changes::purge)
        .get("/admin/cache/warm", Tending, cache_changes::ask_to_warm)
        .post("/admin/cache/warm", Tending, cache_changes::warm)
        .get("/admin/cache/{slug}", Tending, cache_administration::dashboard)
        .get("/admin/invalidation", Administration, invalidation_administration::index)
        .post("/admin/invalidation", Administration, invalidation_administration::make)
        .get("/admin/invalidation/webhooks/{name}", Administration, webhook_administration::page)
        .post("/admin/invalidation/webhooks/{name}", Administration, webhook_administration::change)
        .get("/admin/invalidation/sources/{name}", Administration, source_changes::page)
        .get("/admin/webhooks", Administration, invalidation_administration::moved)
        .get("/admin/people", Administration, people::all)
        .post("/admin/people", Administration, people::change_all)
        .get("/admin/people/{id}", Administration, people::one)
        .post("/admin/people/{id}", Administration, people::change_one)
        .get("/sign-in", Nothing, sign_in::page)
        .post("/sign-in", Nothing, sign_in::sign_in)
        .get("/sign-in/openid", Nothing, openid::pages::begin)
        .get("/sign-in/openid/callback", Nothing, openid::pages::callback)
        .get("/sign-in/code", Nothing, openid::code::page)
        .post("/sign-in/code", Nothing, openid::code::take)
        .post("/sign-out", Nothing, sign_out::sign_out)
        .get("/set-up/{secret}", Nothing, set_up::page)
        .post("/set-up/{secret}", Nothing, set_up::take)
        .get("/set-up/{secret}/openid", Nothing, openid::pages::begin_by_link)
        .get("/unsubscribe/{token}", Nothing, unsubscribe::page)
        .post("/unsubscribe/{token}", Nothing, unsubscribe::change)
        .get("/second-factor", Factor, second_factor::page)
        .post("/second-factor", Factor, second_factor::confirm)
        .get("/profile", Profile, profile::page)
        .post("/profile", Profile, profile::change)
        .post("/theme", Nothing, handlers::theme)
        .get("/c/{slug}/{panel}", Nothing, image_links::handler::image)
        .get("/fn/{*name}", Sight, server_functions::answer)
        .get("/api", Sight, api::page::page)
        .get("/api/try/{operation}", Nothing, api::page::open)
        .nest("/api/v1", api::routes())
        .merge(graphql::routes())
        // Nesting leaves the bare prefix with a slash to the pages.
        .with(|router| router.route("/api/v1/", any(api::handlers::not_found)))
        .with(|router| router.fallback(handlers::not_found).layer(CompressionLayer::new()));
    // Events are short and rare; a compressor would take more memory than the rest of an open
    // page's stream.
    let live = Routes::default().get("/d/{slug}/live", Sight, live::handler::dashboard).get(
        "/d/{slug}/p/{panel}/live",
        Sight,
        live::handler::panel,
    );
    let process = Routes::default()
        .get("/favicon.ico", Nothing, handlers::favicon)
        .get("/healthz", Nothing, health::healthz)
        .get("/readyz", Nothing, health::readyz)
        .get("/metrics", Metrics, metrics::metrics);
    pages.merge(live).merge(process)
}
