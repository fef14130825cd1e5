//! `/admin/folders`: who may see which folder's dashboards, and who looks after them. Admins change
//! that; editors see it for their folders.

use super::response;
use crate::administration::access_settings::{self, AccessError, AccessScope};
use crate::auth::form::Form;
use crate::auth::sign_in;
use crate::auth::viewer;
use crate::http::client;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_accounts::{Account, LoginName};
use brisk_app::service::{AccessOrigin, DashboardAccess, FolderRow, FoldersPage, Page, TeamRow};
use brisk_domain::view::{parse_query, query_string};
use brisk_domain::{Audience, Dashboard, FolderName, TeamName};
use brisk_engine::AccessSettings;
use brisk_engine::catalog::Contents;
use brisk_store::{Actor, Editor, FolderEditors, Store, StoreError};
use http::StatusCode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const PAGE: &str = "/admin/folders";

/// `/admin/folders`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let field =
        |of: &str| parameters.iter().find(|(name, _)| name == of).map(|(_, value)| value.as_str());
    let scope = AccessScope::parse(field("of").unwrap_or_default());
    let notice = match (field("done"), scope) {
        (Some("access"), Some(scope)) => {
            Some(format!("Who may see {scope} is set, on all replicas within a second."))
        }
        (Some("editors"), _) => {
            Some("Who looks after it is set, on all replicas within a second.".to_owned())
        }
        _ => None,
    };
    respond(&state, notice, None, request).await
}

/// `POST /admin/folders`: sets who may see something, or who looks after a folder.
pub async fn change(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let Some(store) = &state.store else { return response::unavailable() };
    let actor = viewer::of(&head.extensions).actor(client::address_of(&head.extensions));
    let what = form.get("do");
    let changed = match what {
        "access" => access(&state, store, &form, &actor).await,
        "editors" => editors(&state, store, &form, &actor).await,
        _ => Err(AccessError::Text("This form is not known. Reload the page.".into())),
    };
    match changed {
        Ok(()) => {
            let of = AccessScope::parse(form.get("scope")).map(|scope| scope.to_string());
            let done =
                [("done".to_owned(), what.to_owned()), ("of".to_owned(), of.unwrap_or_default())];
            Redirect::to(&format!("{PAGE}{}", query_string(&done))).into_response()
        }
        Err(AccessError::Text(why)) => {
            respond(&state, None, Some(why), Request::from_parts(head, Body::empty())).await
        }
        Err(AccessError::Store(error)) => {
            tracing::error!(%error, "who may see or look after something is not kept");
            response::unavailable()
        }
    }
}

async fn access(
    state: &AppState,
    store: &Store,
    form: &Form,
    actor: &Actor,
) -> Result<(), AccessError> {
    let engine = state.service.engine();
    let contents = engine.catalog().contents();
    let scope = AccessScope::parse(form.get("scope")).filter(|scope| match scope {
        AccessScope::Folder(name) => folders_in(&contents).contains_key(&Some(name.clone())),
        AccessScope::Dashboard(slug) => contents.dashboards.contains_key(slug),
    });
    let scope =
        scope.ok_or_else(|| AccessError::Text("There is no such dashboard or folder.".into()))?;
    let now = state.service.now();
    access_settings::change(store, &scope, form.get("access"), actor, now).await?;
    Ok(access_settings::apply(store, engine).await?)
}

async fn editors(
    state: &AppState,
    store: &Store,
    form: &Form,
    actor: &Actor,
) -> Result<(), AccessError> {
    let contents = state.service.engine().catalog().contents();
    let folder = match form.get("folder") {
        "" => Some(None),
        name => FolderName::parse(name).ok().map(Some),
    };
    let folder =
        folder.filter(|folder| folder.is_none() || folders_in(&contents).contains_key(folder));
    let folder = folder.ok_or_else(|| AccessError::Text("There is no such folder.".into()))?;
    let mut editors = BTreeSet::new();
    let words = form.get("editors").split([' ', ',', '\n', '\r', '\t']);
    for word in words.filter(|word| !word.is_empty()) {
        editors.insert(editor(store, word).await?);
    }
    let now = state.service.now();
    store.change_folder_editors(folder.as_ref(), &editors, actor, now).await?;
    sign_in::changed(&state.auth).await;
    Ok(())
}

/// A team as `team:sales`, or an account by its name.
async fn editor(store: &Store, word: &str) -> Result<Editor, AccessError> {
    if let Some(team) = word.strip_prefix("team:") {
        let team = TeamName::parse(team);
        return team.map(Editor::Team).map_err(|error| AccessError::Text(format!("The {error}.")));
    }
    let shown: String = word.chars().take(LoginName::LONGEST).collect();
    let none =
        || AccessError::Text(format!("There is no account \"{shown}\"; teams are team:NAME."));
    let name = LoginName::parse(word).map_err(|_| none())?;
    let account = store.account_named(&name).await?.ok_or_else(none)?;
    Ok(Editor::Account(account.id))
}

async fn respond(
    state: &AppState,
    notice: Option<String>,
    problem: Option<String>,
    request: Request,
) -> Response {
    let viewer = viewer::of(request.extensions());
    let people = match &state.store {
        None => Ok(People::default()),
        Some(store) => People::of(store).await,
    };
    let people = match people {
        Ok(people) => people,
        Err(error) => {
            tracing::error!(%error, "folders cannot be shown");
            return response::unavailable();
        }
    };
    let catalog = state.service.engine().catalog();
    let (contents, in_files) = (catalog.contents(), catalog.in_files());
    let settings = catalog.access_settings();
    let folders = folders_in(&contents).into_iter().filter_map(|(name, title)| {
        let of_folder = contents.dashboards.values().filter(|dashboard| {
            dashboard.folder.as_ref().map(|folder| &folder.name) == name.as_ref()
        });
        let own: Vec<_> = of_folder.filter(|one| viewer.looks_behind(one)).collect();
        (!own.is_empty() || viewer.administers())
            .then(|| folder(name, title, &own, (&*in_files, &*settings), &people))
    });
    let may_change = viewer.administers();
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = FoldersPage { may_change, folders: folders.collect(), notice, problem };
    response::page(state, status, Page::Folders(Arc::new(page)), request).await
}

/// The accounts and teams that exist.
#[derive(Default)]
struct People {
    editors: FolderEditors,
    accounts: Vec<Account>,
    teams: BTreeMap<TeamName, String>,
}

impl People {
    async fn of(store: &Store) -> Result<Self, StoreError> {
        let teams = store.teams().await?;
        let attributes = |of| crate::auth::form::attribute_lines(of).replace('\n', ", ");
        Ok(Self {
            editors: store.folder_editors().await?,
            accounts: store.accounts().await?,
            teams: teams.iter().map(|(name, of)| (name.clone(), attributes(of))).collect(),
        })
    }

    fn editors(&self, folder: &Option<FolderName>) -> Vec<String> {
        let editors = self.editors.get(folder).into_iter().flatten();
        let name = |editor: &Editor| match editor {
            Editor::Team(_) => Some(editor.to_string()),
            Editor::Account(id) => {
                let account = self.accounts.iter().find(|account| account.id == *id);
                account.map(|account| account.name.to_string())
            }
        };
        editors.filter_map(name).collect()
    }

    fn team(&self, name: &TeamName) -> TeamRow {
        let members = self.accounts.iter().filter(|account| account.teams.contains(name));
        TeamRow {
            name: name.to_string(),
            attributes: self.teams.get(name).cloned().unwrap_or_default(),
            members: members.map(|account| account.full_name.clone()).collect(),
        }
    }
}

/// The folders with their titles; `None` stands for the dashboards in none.
fn folders_in(contents: &Contents) -> BTreeMap<Option<FolderName>, String> {
    let titled = |dashboard: &Arc<Dashboard>| match &dashboard.folder {
        Some(folder) => (Some(folder.name.clone()), folder.title.clone()),
        None => (None, "Dashboards in no folder".to_owned()),
    };
    contents.dashboards.values().map(titled).collect()
}

fn folder(
    name: Option<FolderName>,
    title: String,
    dashboards: &[&Arc<Dashboard>],
    (in_files, settings): (&Contents, &AccessSettings),
    people: &People,
) -> FolderRow {
    let teams: BTreeSet<&TeamName> = dashboards
        .iter()
        .flat_map(|dashboard| match &dashboard.audience {
            Audience::Teams(teams) => teams.iter(),
            Audience::Public | Audience::SignedIn => [].iter(),
        })
        .collect();
    let set = name.as_ref().and_then(|name| {
        let audience = settings.folders.get(name)?;
        Some((audience.to_string(), AccessScope::Folder(name.clone()).toml(audience)))
    });
    FolderRow {
        title,
        set,
        editors: people.editors(&name),
        teams: teams.into_iter().map(|team| people.team(team)).collect(),
        dashboards: dashboards.iter().map(|one| dashboard(one, in_files, settings)).collect(),
        name: name.map(|name| name.to_string()).unwrap_or_default(),
    }
}

fn dashboard(
    dashboard: &Dashboard,
    in_files: &Contents,
    settings: &AccessSettings,
) -> DashboardAccess {
    let set = settings.dashboards.get(&dashboard.slug);
    let folder = dashboard.folder.as_ref().map(|folder| &folder.name);
    let of_folder = folder.and_then(|name| settings.folders.get(name));
    let origin = match (set, dashboard.has_own_audience, of_folder) {
        (Some(_), _, _) => AccessOrigin::Setting,
        (None, true, _) => AccessOrigin::File,
        (None, false, Some(_)) => AccessOrigin::FolderSetting,
        (None, false, None) if folder.is_some() => AccessOrigin::Folder,
        (None, false, None) => AccessOrigin::Unsaid,
    };
    let in_file = in_files.dashboards.get(&dashboard.slug);
    let scope = AccessScope::Dashboard(dashboard.slug.clone());
    DashboardAccess {
        slug: dashboard.slug.to_string(),
        title: dashboard.title.clone(),
        audience: said(&dashboard.audience),
        origin,
        of_files: in_file.map(|in_file| said(&in_file.audience)).unwrap_or_default(),
        set: set.map(|audience| (audience.to_string(), scope.toml(audience))),
    }
}

fn said(audience: &Audience) -> String {
    match audience {
        Audience::Public => "anyone, without signing in".to_owned(),
        Audience::SignedIn => "everyone who is signed in".to_owned(),
        Audience::Teams(teams) if teams.is_empty() => "admins only".to_owned(),
        Audience::Teams(teams) => {
            let names: Vec<String> = teams.iter().map(ToString::to_string).collect();
            format!("teams: {}", names.join(", "))
        }
    }
}
