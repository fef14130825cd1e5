//! The types of `openidconnect` with arbitrary claims, and the requests to a provider: the code flow
//! with PKCE, whose answers are signed by one of the provider's own keys.

use super::claim_texts;
use super::http_client::HttpClient;
use super::settings::ProviderSettings;
use brisk_accounts::Claims;
use brisk_domain::Timestamp;
use brisk_outgoing::Failure;
use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessToken, AdditionalClaims, AdditionalProviderMetadata, AuthType, AuthenticationFlow,
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken,
    IdTokenFields, IssuerUrl, JsonWebKeySet, LogoutRequest, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl,
    Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse,
    SubjectIdentifier, TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::error::Error;
use std::str::FromStr as _;
use std::time::Duration;

/// A provider's metadata.
pub(super) type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Token =
    IdToken<AllClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

type Fields = IdTokenFields<
    AllClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Client = openidconnect::Client<
    AllClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Metadata besides those of discovery.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct More {
    /// Whether answers name their issuer (RFC 9207).
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub(super) names_issuer: bool,
    /// Where a session ends (OpenID Connect RP-Initiated Logout 1.0). As text: an invalid address keeps
    /// nobody from signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end_session_endpoint: Option<String>,
}

impl AdditionalProviderMetadata for More {}

/// The claims that no standard names.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
struct AllClaims {
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl AdditionalClaims for AllClaims {}

/// Signatures that only the provider's private key can make. Nothing that is signed with a secret of
/// this server's is accepted, and nothing that is not signed.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How far the provider's clock may differ from this server's.
const CLOCKS: Duration = Duration::from_secs(60);

/// Why a provider's answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// It does not answer, or reports a failure of its own.
    #[error("the provider does not answer: {0}")]
    Unreachable(String),
    /// Its answer is not what it has to be.
    #[error("the provider's answer is not taken: {0}")]
    Untrusted(String),
    /// The token is signed with a key that is not among the provider's.
    #[error("the provider's answer is signed with a key that is none of its own")]
    UnknownKey,
    /// Too many requests are under way already.
    #[error("too many people sign in at this moment")]
    Busy,
}

impl Trouble {
    /// What somebody who wanted to sign in is told.
    pub(super) fn sentence(&self, provider: &str) -> String {
        match self {
            Self::Untrusted(_) | Self::UnknownKey => format!(
                "The answer of {provider} cannot be trusted, so nobody was signed in. Try again in a \
                 moment; if it stays so, tell an administrator: the log says why."
            ),
            Self::Busy => "Too many people sign in at this moment. Try again in a moment.".into(),
            Self::Unreachable(_) => {
                format!("{provider} cannot be reached at the moment. Try again in a moment.")
            }
        }
    }
}

/// A sign-in as it begins.
pub(super) struct Begun {
    pub(super) url: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// What the provider has returned for a code.
pub(super) struct Exchanged {
    token: Token,
    access: AccessToken,
}

impl Exchanged {
    /// The token as the provider wrote it.
    pub(super) fn token(&self) -> String {
        self.token.to_string()
    }
}

/// The requests to a provider, with its metadata.
pub(super) struct Protocol<'p> {
    pub(super) http: &'p HttpClient,
    pub(super) settings: &'p ProviderSettings,
    pub(super) redirect: &'p str,
}

impl Protocol<'_> {
    /// Fetches the provider's metadata and its keys.
    pub(super) async fn discover(&self) -> Result<Metadata, Trouble> {
        let wrong = |error: &dyn Error| Trouble::Untrusted(chain(error));
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|e| wrong(&e))?;
        let metadata = Metadata::discover_async(issuer, self.http).await.map_err(unanswered)?;
        let user_info = metadata.userinfo_endpoint().map(|url| url.as_str());
        let token = metadata.token_endpoint().map(|url| url.as_str());
        let token = token
            .ok_or_else(|| Trouble::Untrusted("its metadata name no token_endpoint".into()))?;
        let asked = [metadata.authorization_endpoint().as_str(), token];
        let elsewhere = asked.into_iter().chain(user_info).find(|url| !self.http.may_ask(url));
        match elsewhere.map(ToOwned::to_owned) {
            Some(url) => {
                let why = format!("its metadata name {url}, which does not begin with https://");
                Err(Trouble::Untrusted(why))
            }
            None => Ok(metadata),
        }
    }

    /// Fetches its keys once more.
    pub(super) async fn keys(
        &self,
        metadata: &Metadata,
    ) -> Result<JsonWebKeySet<CoreJsonWebKey>, Trouble> {
        JsonWebKeySet::fetch_async(metadata.jwks_uri(), self.http).await.map_err(unanswered)
    }

    /// Where a browser is sent. With `of_now`, the provider asks people to sign in again, even if they
    /// are signed in there.
    pub(super) fn begin(&self, metadata: &Metadata, of_now: bool) -> Result<Begun, Trouble> {
        let client = self.client(metadata)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let scopes = self.settings.scopes.iter().cloned().map(Scope::new);
        let request = request.add_scopes(scopes).set_pkce_challenge(challenge);
        let request = match of_now {
            true => request.add_prompt(CoreAuthPrompt::Login),
            false => request,
        };
        let (url, state, nonce) = request.url();
        Ok(Begun {
            url: url.to_string(),
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
        })
    }

    /// Where a browser is sent to end the session there, and from there to `back`; none where the
    /// provider has no such address. `hint` is the session's token, with which it need not ask whose
    /// session it is.
    pub(super) fn end(
        &self,
        metadata: &Metadata,
        hint: Option<&str>,
        back: &str,
    ) -> Option<String> {
        let endpoint = metadata.additional_metadata().end_session_endpoint.clone()?;
        let endpoint = EndSessionUrl::new(endpoint).ok();
        let endpoint = endpoint.filter(|endpoint| self.http.may_ask(endpoint.as_str()))?;
        let request = LogoutRequest::from(endpoint)
            .set_client_id(ClientId::new(self.settings.client_id.clone()))
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(back.to_owned()).ok()?);
        let token = hint.and_then(|hint| Token::from_str(hint).ok());
        let request = match &token {
            Some(token) => request.set_id_token_hint(token),
            None => request,
        };
        Some(request.http_get_url().to_string())
    }

    /// Exchanges a code for tokens.
    pub(super) async fn exchange(
        &self,
        metadata: &Metadata,
        code: &str,
        verifier: &str,
    ) -> Result<Exchanged, Trouble> {
        let client = self.client(metadata)?;
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| Trouble::Untrusted(chain(&error)))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()));
        let answer = request.request_async(self.http).await.map_err(|error| match &error {
            openidconnect::RequestTokenError::Request(no) => Trouble::Unreachable(no.to_string()),
            other => Trouble::Untrusted(chain(other)),
        })?;
        let token = answer.id_token().cloned();
        let token = token.ok_or_else(|| Trouble::Untrusted("it has no id_token".to_owned()))?;
        Ok(Exchanged { token, access: answer.access_token().clone() })
    }

    /// The claims of a token, if it is the provider's, for this server, for this sign-in, and recent;
    /// with them, the subject.
    pub(super) fn verified(
        &self,
        metadata: &Metadata,
        exchanged: &Exchanged,
        nonce: &str,
        now: Timestamp,
    ) -> Result<(String, Claims), Trouble> {
        let client = self.client(metadata)?;
        let (early, late) = (instant(now), instant(now.after(CLOCKS)));
        let early = early - CLOCKS;
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || early)
            .set_issue_time_verifier_fn(move |issued| match issued <= late {
                true => Ok(()),
                false => Err("it was issued in the future".to_owned()),
            });
        let nonce = Nonce::new(nonce.to_owned());
        let said = exchanged.token.claims(&verifier, &nonce).map_err(|error| match error {
            ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            ) => Trouble::UnknownKey,
            other => Trouble::Untrusted(chain(&other)),
        })?;
        let own = |party: &ClientId| **party == self.settings.client_id;
        if said.authorized_party().is_some_and(|party| !own(party)) {
            return Err(Trouble::Untrusted("it was made for another client".into()));
        }
        let mut claims = Claims::new();
        let map = serde_json::to_value(said).map_err(|error| Trouble::Untrusted(chain(&error)))?;
        claim_texts::add(&mut claims, map.as_object().unwrap_or(&Map::new()));
        Ok((said.subject().to_string(), claims))
    }

    /// Adds the claims that the provider has at an address of their own, if it has one.
    pub(super) async fn add_user_info(
        &self,
        metadata: &Metadata,
        exchanged: &Exchanged,
        subject: &str,
        claims: &mut Claims,
    ) -> Result<(), Trouble> {
        if metadata.userinfo_endpoint().is_none() {
            return Ok(());
        }
        // It becomes a header, which `openidconnect` takes for valid.
        let secret = exchanged.access.secret();
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Trouble::Untrusted("its access token is none".into()));
        }
        let client = self.client(metadata)?;
        let subject = SubjectIdentifier::new(subject.to_owned());
        let request = client
            .user_info(exchanged.access.clone(), Some(subject))
            .map_err(|error| Trouble::Untrusted(chain(&error)))?;
        let said: UserInfoClaims<AllClaims, CoreGenderClaim> =
            request.request_async(self.http).await.map_err(|error| match &error {
                openidconnect::UserInfoError::Request(no) => Trouble::Unreachable(no.to_string()),
                other => Trouble::Untrusted(chain(other)),
            })?;
        let map = serde_json::to_value(said).map_err(|error| Trouble::Untrusted(chain(&error)))?;
        claim_texts::add(claims, map.as_object().unwrap_or(&Map::new()));
        Ok(())
    }

    fn client(&self, metadata: &Metadata) -> Result<Client, Trouble> {
        let secret = self.settings.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose().to_owned()));
        let id = ClientId::new(self.settings.client_id.clone());
        let redirect = RedirectUrl::new(self.redirect.to_owned());
        let redirect = redirect.map_err(|error| Trouble::Untrusted(chain(&error)))?;
        let client = Client::from_provider_metadata(metadata.clone(), id, secret);
        let client = client.set_redirect_uri(redirect);
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_none_or(|methods| methods.contains(&method));
        let only_in_body = !takes(CoreClientAuthMethod::ClientSecretBasic)
            && takes(CoreClientAuthMethod::ClientSecretPost);
        Ok(match only_in_body {
            true => client.set_auth_type(AuthType::RequestBody),
            false => client,
        })
    }
}

fn unanswered(error: openidconnect::DiscoveryError<Failure>) -> Trouble {
    use openidconnect::DiscoveryError::{Request, Response};
    match &error {
        Request(no) => Trouble::Unreachable(no.to_string()),
        Response(..) => Trouble::Unreachable(chain(&error)),
        _ => Trouble::Untrusted(chain(&error)),
    }
}

fn instant(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.0).unwrap_or(DateTime::UNIX_EPOCH)
}

/// An error with its causes, short enough for the log.
fn chain(error: &dyn Error) -> String {
    const LONGEST: usize = 300;
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}
