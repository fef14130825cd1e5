//! `/profile`: one's own name, password, second factor, sessions and tokens.

use super::browser;
use super::form::{Form, attribute_lines, effective_attributes};
use super::own_account::{NAMING, Own, Refused, Shown, naming};
use super::provider_token;
use super::qr_code;
use super::viewer::{self, Viewer};
use super::{rights, sign_in};
use crate::pages::response;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use brisk_accounts::Role;
use brisk_accounts::second_factor::Authenticator;
use brisk_app::service::{Factor, IdentityRow, Notice, Page, ProfilePage, SessionRow, TokenRow};
use brisk_domain::report::MailAddress;
use brisk_domain::view::parse_query;
use brisk_store::StoreError;
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;

/// The name of an authenticator's entry.
pub(super) const ISSUER: &str = "Brisk";

/// `/profile`
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let fields = parse_query(request.uri().query().unwrap_or_default());
    let is_connected = fields.iter().any(|(name, done)| name == "done" && done == "connected");
    let shown = match is_connected {
        true => Shown::done("Your account is connected. Your sessions elsewhere have ended."),
        false => Shown::default(),
    };
    respond(&state, shown, StatusCode::OK, request).await
}

/// The same, with a failure from elsewhere.
pub(super) async fn said(
    state: &AppState,
    status: StatusCode,
    why: String,
    request: Request,
) -> Response {
    let shown = Shown { notice: Some(Notice::Wrong(why)), ..Shown::default() };
    respond(state, shown, status, request).await
}

/// `POST /profile`
pub async fn change(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = Form::read(body).await;
    let viewer = viewer::of(&head.extensions);
    let auth = &state.auth;
    let (Some(account), Some(store), Some(records)) =
        (viewer.account(), auth.store(), auth.session_records())
    else {
        return sign_in::redirect("/sign-in", None);
    };
    let actor = viewer.actor(sign_in::origin(&head).address);
    if form.get("do") == "password" && !auth.settings().has_passwords {
        let request = Request::from_parts(head, Body::empty());
        return rights::absent(&state, request).await;
    }
    let (session, access, begun) = (viewer.session(), viewer.access(), viewer.begun());
    let own = Own { auth, store, records, account, session, access, begun, actor };
    // Before a change ends the session.
    let token = provider_token::of(auth, &viewer, &head.headers).await;
    let changed = match form.get("do") {
        "name" => own.name(&form).await,
        "password" => own.password(&form).await,
        "factor-offer" => {
            Ok(Shown { offered: Some(Authenticator::random().0), ..Shown::default() })
        }
        "factor-confirm" => own.confirm_factor(&form).await,
        "factor-remove" => own.remove_factor(&form).await,
        "connect" => own.connect(&form).await,
        "disconnect" => own.disconnect(&form).await,
        "session-end" => own.end_session(&form).await,
        "sessions-end" => own.end_all().await,
        "token-add" => own.add_token(&form).await,
        "token-revoke" => own.revoke_token(&form).await,
        _ => Err(Refused::Because("This form is not known. Reload the page.".into())),
    };
    sign_in::changed(auth).await;
    let (shown, status) = match changed {
        Ok(shown) => (shown, StatusCode::OK),
        Err(Refused::Because(why)) => (
            Shown { notice: Some(Notice::Wrong(why)), ..Shown::default() },
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    };
    if shown.has_ended {
        return sign_in::redirect("/sign-in", Some(super::cookie::clear(auth.settings())));
    }
    // The change may have ended the session that the form came with: the page is shown in the new one.
    let cookie = match shown.renews {
        true => sign_in::renewed(auth, &viewer, &head, token).await,
        false => None,
    };
    let led = shown.led.as_ref().map(|led| (format!("0; url={}", led.to), led.cookie.clone()));
    let mut request = Request::from_parts(head, Body::empty());
    if let Some(cookie) = &cookie {
        let shown = cookie.to_str().ok().and_then(|text| text.split(';').next());
        let shown = shown.and_then(|pair| HeaderValue::from_str(pair).ok());
        request.headers_mut().remove(header::COOKIE);
        request.headers_mut().extend(shown.map(|pair| (header::COOKIE, pair)));
        if let Ok(viewer) = auth.viewer(request.headers()).await {
            request.extensions_mut().insert(viewer);
        }
    }
    let mut answer = respond(&state, shown, status, request).await;
    answer.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    // By a page, because browsers do not follow a form to another site.
    if let Some((refresh, cookie)) = led {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
        let refresh = HeaderValue::from_str(&refresh).ok();
        answer.headers_mut().extend(refresh.map(|refresh| (header::REFRESH, refresh)));
    }
    answer
}

async fn respond(state: &AppState, shown: Shown, status: StatusCode, request: Request) -> Response {
    let viewer = viewer::of(request.extensions());
    let own = sign_in::session_of(&state.auth, request.headers());
    let fields = parse_query(request.uri().query().unwrap_or_default());
    let asked = fields.into_iter().find(|(name, _)| name == "disconnect").map(|(_, id)| id);
    match gathered(state, shown, &viewer, (own, asked)).await {
        Ok(Some(page)) => {
            response::page(state, status, Page::Profile(Arc::new(page)), request).await
        }
        Ok(None) => sign_in::redirect("/sign-in", None),
        Err(error) => {
            tracing::error!(%error, "an account cannot be shown");
            response::unavailable()
        }
    }
}

async fn gathered(
    state: &AppState,
    shown: Shown,
    viewer: &Viewer,
    (own, asked): (Option<String>, Option<String>),
) -> Result<Option<ProfilePage>, StoreError> {
    let auth = &state.auth;
    let (Some(known), Some(store), Some(records)) =
        (viewer.account(), auth.store(), auth.session_records())
    else {
        return Ok(None);
    };
    // As it is now: the form may have changed it.
    let Some(account) = store.account(&known.id).await? else { return Ok(None) };
    let sessions = records.of(&account.id).await?.into_iter().map(|session| SessionRow {
        id: session.hash.chars().take(NAMING).collect(),
        is_this: own.as_ref() == Some(&session.hash),
        browser: browser::words(&session.agent),
        agent: session.agent,
        address: session.address,
        created_at: session.created_at,
        seen_at: session.seen_at,
    });
    let tokens = store.tokens_of(&account.id).await?.into_iter().map(|token| TokenRow {
        id: token.id,
        name: token.name,
        scopes: token.scopes.to_string(),
        attributes: token.attributes.as_ref().map(attribute_lines).unwrap_or_default(),
        expires_at: token.expires_at,
        used_at: token.used_at,
    });
    let provider = auth.provider().map(|provider| provider.settings());
    let identities = store.identities_of(&account.id).await?.into_iter().map(|identity| {
        let named = provider.filter(|provider| provider.issuer == identity.issuer());
        let id = naming(&identity);
        IdentityRow {
            is_asked: asked.as_ref() == Some(&id),
            id,
            issuer: named.map_or_else(|| identity.issuer().to_owned(), |known| known.name.clone()),
            is_of_provider: named.is_some(),
            subject: identity.subject().to_owned(),
        }
    });
    let identities: Vec<IdentityRow> = identities.collect();
    let connects = provider.filter(|_| !identities.iter().any(|one| one.is_of_provider));
    let connects = connects.filter(|_| viewer.session().is_some());
    let factor = match (&account.authenticator, shown.offered) {
        (Some(_), _) => Factor::Active(store.recovery_codes_left(&account.id).await?),
        (None, Some(offered)) => {
            let address = offered.address(ISSUER, account.name.as_str());
            Factor::Offered { text: offered.text(), picture: qr_code::of(&address), address }
        }
        (None, None) => Factor::None,
    };
    let mail = store.mail_addresses().await?.remove(&account.id);
    let mail = mail.or_else(|| MailAddress::parse(account.name.as_str()).ok());
    Ok(Some(ProfilePage {
        mail: mail.map(|mail| mail.to_string()),
        name: account.name.to_string(),
        full_name: account.full_name.clone(),
        role: account.role.word(),
        teams: account.teams.iter().map(ToString::to_string).collect(),
        attributes: effective_attributes(&account, &store.teams().await?, "your own"),
        factor,
        takes_password: auth.settings().takes_password_of(&account),
        connects: connects.map(|provider| provider.name.clone()),
        has_rules: provider.is_some_and(|provider| !provider.rules.0.is_empty()),
        identities,
        leads_to: shown.led.map(|led| led.to),
        sessions: sessions.collect(),
        tokens: tokens.collect(),
        scopes: scopes_of(account.role),
        notice: shown.notice,
        secret: shown.secret,
        now: auth.now(),
    }))
}

/// The scopes that a role can use.
fn scopes_of(role: Role) -> Vec<(&'static str, &'static str)> {
    let all = [
        (Role::Viewer, "read", "reads dashboards over the API and live channels"),
        (Role::Editor, "invalidate", "tells Brisk that data have changed"),
        (Role::Admin, "metrics", "reads the figures of /metrics"),
        (Role::Admin, "admin", "does all that you may do as an administrator"),
    ];
    all.into_iter()
        .filter(|(least, ..)| role >= *least)
        .map(|(_, word, about)| (word, about))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_offered_a_scope_that_they_cannot_use() {
        let words = |role| -> Vec<&str> { scopes_of(role).iter().map(|(word, _)| *word).collect() };
        assert_eq!(words(Role::Viewer), ["read"]);
        assert_eq!(words(Role::Editor), ["read", "invalidate"]);
        assert_eq!(words(Role::Admin).len(), 4);
    }
}
