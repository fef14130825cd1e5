//! `/admin/images`: the keys that sign addresses of images, and new addresses. Admins see all keys, editors their
//! own. Plain forms, which work without scripts.

use super::response;
use crate::auth::form::{Form, attribute_lines};
use crate::auth::viewer::{self, Viewer};
use crate::http::client;
use crate::image_links::address::Unsigned;
use crate::image_links::standing;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use brisk_accounts::account::Attributes;
use brisk_accounts::{ImageScope, Secret};
use brisk_app::service::{
    ImageKeyRow, ImageKeysPage, Notice, Page, ShownOnce, SignedImage, TypedImage, TypedImageKey,
};
use brisk_domain::view::parse_query;
use brisk_domain::{Dashboard, Timestamp, parameter};
use brisk_store::{Actor, ImageKey, Store, StoreError};
use http::StatusCode;
use std::sync::Arc;
use std::time::Duration;

const PAGE: &str = "/admin/images";
/// The most keys that a server has.
const MOST: u32 = 1_000;
/// Characters of the longest name.
const LONGEST_NAME: usize = 80;
/// Days of the longest life.
const LONGEST_LIFE: u64 = 3_660;
const A_DAY: Duration = Duration::from_secs(86_400);
/// The characters of a key's name in addresses.
const ID: usize = 12;

/// `/admin/images`, with a new address if one is asked for.
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let field = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let notice = (field("done") == "revoked")
        .then(|| Notice::Done("The key is revoked: its images are gone.".into()));
    let wanted = TypedImage {
        key: field("key"),
        of: field("of"),
        form: field("form"),
        theme: field("theme"),
        size: field("size"),
        days: field("days"),
    };
    // Whoever comes from a panel and has no key yet adds one for it.
    let shows = page_address(&wanted.of).map(|(slug, panel, _)| format!("{slug}/{panel}"));
    let typed = TypedImageKey { shows: shows.unwrap_or_default(), ..TypedImageKey::default() };
    let shown = ImageKeysPage { wanted, typed, notice, ..ImageKeysPage::default() };
    respond(&state, shown, StatusCode::OK, request).await
}

/// `POST /admin/images`: adds a key, or revokes one.
pub async fn change(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let Some(store) = &state.store else { return response::unavailable() };
    let viewer = viewer::of(&head.extensions);
    let actor = viewer.actor(client::address_of(&head.extensions));
    let changed = match form.get("do") {
        "add" => add(&state, store, &form, (&viewer, &actor)).await,
        "revoke" => revoke(&state, store, form.get("id"), (&viewer, &actor)).await,
        _ => Err(Refused::Because("This form is not known. Reload the page.".into())),
    };
    let request = Request::from_parts(head, Body::empty());
    match changed {
        Ok(Changed::Revoked) => Redirect::to(&format!("{PAGE}?done=revoked")).into_response(),
        Ok(Changed::Added { key, secret }) => {
            let wanted = TypedImage { key, of: form.get("of").to_owned(), ..TypedImage::default() };
            let shown = ImageKeysPage { secret: Some(secret), wanted, ..ImageKeysPage::default() };
            respond(&state, shown, StatusCode::OK, request).await
        }
        Err(Refused::Because(why)) => {
            let typed = TypedImageKey {
                name: form.get("name").to_owned(),
                shows: form.get("shows").to_owned(),
                attributes: form.get("attributes").to_owned(),
                days: form.get("key_days").to_owned(),
            };
            let notice = Some(Notice::Wrong(why));
            let wanted = TypedImage { of: form.get("of").to_owned(), ..TypedImage::default() };
            let shown = ImageKeysPage { typed, notice, wanted, ..ImageKeysPage::default() };
            respond(&state, shown, StatusCode::UNPROCESSABLE_ENTITY, request).await
        }
        Err(Refused::Store(error)) => not_kept(&error),
    }
}

/// What a form has changed.
enum Changed {
    /// There is a key of that name in addresses, with a secret that is shown once.
    Added {
        key: String,
        secret: ShownOnce,
    },
    Revoked,
}

/// Why a form changes nothing.
enum Refused {
    /// A sentence.
    Because(String),
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Self::Because(why)
    }
}

async fn add(
    state: &AppState,
    store: &Store,
    form: &Form,
    (viewer, actor): (&Viewer, &Actor),
) -> Result<Changed, Refused> {
    let name = form.get("name").trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(format!("Give it a name of at most {LONGEST_NAME} characters.").into());
    }
    let shows = ImageScope::parse(form.get("shows"));
    let shows = shows.map_err(|error| format!("What it shows: {error}."))?;
    let catalog = state.service.engine().catalog();
    for slug in shows.dashboards() {
        let dashboard = catalog.dashboard(slug);
        if !dashboard.is_some_and(|dashboard| viewer.looks_behind(&dashboard)) {
            return Err(format!("There is no dashboard \"{slug}\" that you look after.").into());
        }
    }
    let attributes = match viewer.administers() {
        true => form.attributes("attributes")?,
        false => Attributes::new(),
    };
    let now = state.service.now();
    let expires_at = after_days(form.get("key_days"), now)?;
    let secret = Secret::random();
    let id = Secret::random();
    let key = ImageKey {
        id: id.expose().chars().filter(char::is_ascii_alphanumeric).take(ID).collect(),
        name: name.to_owned(),
        secret: None,
        shows,
        attributes,
        made_by: viewer.account().map(|account| account.id.clone()),
        made_at: now,
        expires_at,
    };
    if !store.add_image_key(&key, secret.expose(), MOST, actor).await? {
        return Err(format!("There are {MOST} keys already. Revoke one that nobody needs.").into());
    }
    let about = format!(
        "The key \"{name}\" is added. Addresses are made below. Programs that sign addresses of their own need its \
         name in them, {}, and this secret, which is not shown again:",
        key.id
    );
    let secret = ShownOnce { about, lines: vec![secret.expose().to_owned()] };
    Ok(Changed::Added { key: key.id, secret })
}

async fn revoke(
    state: &AppState,
    store: &Store,
    id: &str,
    (viewer, actor): (&Viewer, &Actor),
) -> Result<Changed, Refused> {
    let gone = || Refused::Because("There is no such key any more.".into());
    let keys = store.image_keys().await?;
    let key = keys.iter().find(|key| key.id == id && is_own(viewer, key)).ok_or_else(gone)?;
    match store.revoke_image_key(&key.id, actor, state.service.now()).await? {
        true => Ok(Changed::Revoked),
        false => Err(gone()),
    }
}

/// Whether `viewer` sees a key, and may revoke it.
fn is_own(viewer: &Viewer, key: &ImageKey) -> bool {
    let own = viewer.account().map(|account| &account.id);
    viewer.administers() || own.is_some() && own == key.made_by.as_ref()
}

/// So many days after `now`; never where `text` is empty.
fn after_days(text: &str, now: Timestamp) -> Result<Option<Timestamp>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let days: Option<u32> = text.parse().ok();
    let days = days.filter(|days| (1..=LONGEST_LIFE).contains(&u64::from(*days)));
    let days = days.ok_or_else(|| {
        let text: String = text.chars().take(20).collect();
        format!("\"{text}\" is no number of days from 1 to {LONGEST_LIFE}.")
    })?;
    Ok(Some(now.after(A_DAY * days)))
}

async fn respond(
    state: &AppState,
    shown: ImageKeysPage,
    status: StatusCode,
    request: Request,
) -> Response {
    let viewer = viewer::of(request.extensions());
    let Some(store) = &state.store else { return response::unavailable() };
    let now = state.service.now();
    let gathered = async {
        let keys = store.image_keys().await?;
        let keys: Vec<ImageKey> = keys.into_iter().filter(|key| is_own(&viewer, key)).collect();
        let mut rows = Vec::new();
        for key in &keys {
            rows.push(row(state, store, key, now).await?);
        }
        Ok::<_, StoreError>((keys, rows))
    };
    let (keys, rows) = match gathered.await {
        Ok(gathered) => gathered,
        Err(error) => return not_kept(&error),
    };
    let wanted = &shown.wanted;
    let is_asked = !wanted.key.is_empty() && !wanted.of.is_empty();
    let image = is_asked.then(|| signed(state, wanted, &keys, (&viewer, now)));
    let page =
        ImageKeysPage { now, keys: rows, gives_attributes: viewer.administers(), image, ..shown };
    response::page(state, status, Page::ImageKeys(Arc::new(page)), request).await
}

/// A key as the page shows it.
async fn row(
    state: &AppState,
    store: &Store,
    key: &ImageKey,
    now: Timestamp,
) -> Result<ImageKeyRow, StoreError> {
    let made_by = match &key.made_by {
        Some(id) => store.account(id).await?.map(|account| account.name.to_string()),
        None => None,
    };
    let catalog = state.service.engine().catalog();
    let mut ended = match (key.expires_at, &key.secret) {
        (Some(at), _) if at <= now => Some("It has expired."),
        (_, None) => Some(
            "Its secret cannot be read: the server's key was changed. Revoke it, and add another.",
        ),
        _ => None,
    };
    let dashboards = key.shows.dashboards().into_iter().filter_map(|slug| catalog.dashboard(slug));
    for dashboard in dashboards {
        if ended.is_none() && standing::viewer(state, store, key, &dashboard, now).await?.is_none()
        {
            ended = Some("Whoever made it no longer looks after what it shows.");
        }
    }
    Ok(ImageKeyRow {
        id: key.id.clone(),
        name: key.name.clone(),
        shows: key.shows.to_string(),
        attributes: attribute_lines(&key.attributes).lines().map(str::to_owned).collect(),
        made_by,
        made_at: key.made_at,
        expires_at: key.expires_at,
        ended,
    })
}

/// The address that is asked for; an error is a sentence.
fn signed(
    state: &AppState,
    wanted: &TypedImage,
    keys: &[ImageKey],
    (viewer, now): (&Viewer, Timestamp),
) -> Result<SignedImage, String> {
    let key = keys.iter().find(|key| key.id == wanted.key);
    let key = key.ok_or("There is no such key any more.")?;
    let secret = key.secret.as_deref().ok_or("The key's secret cannot be read.")?;
    let (slug, panel, pairs) = page_address(&wanted.of).ok_or(
        "This is not the address of a panel's page, such as /d/sales/p/revenue?range=today.",
    )?;
    let known = state.service.view_of(&slug, &pairs, viewer);
    let (dashboard, view) = known.map_err(|error| error.message())?;
    let panel = panel_of(&dashboard, &panel)?;
    if !key.shows.shows(&dashboard.slug, &panel.id) {
        return Err(format!(
            "The key \"{}\" does not show {}/{}.",
            key.name, dashboard.slug, panel.id
        ));
    }
    let mut pairs = parse_query(view.query_string(&dashboard).trim_start_matches('?'));
    let mut drawing = |name: &str, value: &str, usual: &str| {
        if !value.is_empty() && value != usual {
            pairs.push((name.to_owned(), value.to_owned()));
        }
    };
    drawing(parameter::THEME, &wanted.theme, "light");
    drawing(parameter::IMAGE_SIZE, wanted.size.trim(), "");
    let ending = if wanted.form == "svg" { "svg" } else { "png" };
    // The image that the address would show says what is wrong with it.
    if let Some(Err(problem)) = crate::api::form::Form::of_panel(ending, &pairs) {
        return Err(problem.detail().to_owned());
    }
    let expires = after_days(&wanted.days, now)?;
    let (slug, id) = (&dashboard.slug, &panel.id);
    let path = Unsigned { slug, panel: id, ending, pairs, expires }.signed(&key.id, secret);
    Ok(SignedImage {
        address: format!("{}{path}", state.auth.settings().base),
        title: panel.title.clone(),
        path,
    })
}

/// The dashboard, the panel and the parameters of a panel's page.
type PanelAddress = (String, String, Vec<(String, String)>);

/// Reads the address of a panel's page, with or without its origin.
fn page_address(text: &str) -> Option<PanelAddress> {
    let text = text.trim();
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let (_, path) = path.split_once("/d/")?;
    let (slug, panel) = path.split_once("/p/")?;
    Some((slug.to_owned(), panel.to_owned(), parse_query(query)))
}

fn panel_of<'d>(dashboard: &'d Dashboard, id: &str) -> Result<&'d brisk_domain::Panel, String> {
    let panel = dashboard.panels.iter().find(|panel| panel.id.as_str() == id);
    panel.ok_or_else(|| {
        let id: String = id.chars().take(64).collect();
        format!("{} has no panel \"{id}\".", dashboard.title)
    })
}

fn not_kept(error: &StoreError) -> Response {
    tracing::error!(%error, "keys of images cannot be read or kept");
    response::unavailable()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_panels_page_is_read_with_and_without_its_origin() {
        for text in [
            "/d/sales/p/revenue?range=today",
            "https://x.example/d/sales/p/revenue?range=today#data",
        ] {
            let (slug, panel, pairs) = page_address(text).unwrap();
            assert_eq!((slug.as_str(), panel.as_str()), ("sales", "revenue"), "{text}");
            assert_eq!(pairs, [("range".to_owned(), "today".to_owned())]);
        }
        for text in ["", "/d/sales", "/api/v1/x", "https://x.example/"] {
            assert_eq!(page_address(text), None, "{text}");
        }
    }

    #[test]
    fn a_life_is_some_days_or_for_ever() {
        let now = Timestamp(0);
        assert_eq!(after_days(" ", now), Ok(None));
        assert_eq!(after_days("7", now), Ok(Some(Timestamp::from_seconds(7 * 86_400))));
        for text in ["0", "-1", "3661", "1.5", "x", "99999999999999999999"] {
            let said = after_days(text, now).unwrap_err();
            assert!(said.len() < 80 && said.contains("days"), "{said}");
        }
    }
}
