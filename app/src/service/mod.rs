//! What the server provides to pages and server functions: a small trait object in context.

mod activity_page;
mod api_page;
mod cache_page;
mod folders_page;
mod hidden_series;
mod invalidation_page;
mod people_pages;
mod schedules_page;
mod sources_page;

pub use activity_page::{ActivityFilter, ActivityPage, ActivityRecord};
pub use api_page::{ApiField, ApiOperation, ApiPage, ApiProblem, FieldKind};
pub use cache_page::{
    CacheFigures, CachePage, CachePolicyPage, CacheTiers, CachedDashboard, CachedDashboardPage,
    CachedPanel, CachedSource, PolicyInForce, PurgePage, least_current,
};
pub use folders_page::{AccessOrigin, DashboardAccess, FolderRow, FoldersPage, TeamRow};
pub use hidden_series::HiddenSeries;
pub use invalidation_page::{
    InvalidationPage, ListenerRow, NoticedSource, SourceChangesPage, ToldRow, TriedDelivery,
    TypedWebhook, WatchRow, WebhookPage, WebhookRow,
};
pub use people_pages::{
    AccountPage, Factor, IdentityRow, Notice, PeoplePage, PersonRow, ProfilePage, QrCode, Reader,
    SecondFactorPage, SessionRow, SetUpPage, ShownOnce, SignInPage, SignedOutPage, TokenRow,
};
pub use schedules_page::{RemoveSchedulePage, RunRow, ScheduleRow, SchedulesPage};
pub use sources_page::{
    AddedSource, RemoveSourcePage, RollupRow, SlowRow, SourceFormPage, SourceReport, SourcesPage,
};

use crate::fragments::Fragments;
use brisk_domain::choice::Choice;
use brisk_domain::{
    Bounds, Dashboard, Interval, Pace, Panel, PanelData, PanelEntries, PanelError, Presentation,
    Slug, Timestamp, VariableName, ViewState, ZoneOffsets, parameter,
};
use futures::future::{BoxFuture, Shared};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Data for pages.
#[async_trait::async_trait]
pub trait Service: Send + Sync {
    /// The dashboards, by name.
    fn dashboards(&self) -> Vec<Arc<Dashboard>>;

    /// Some panels of a dashboard for the view that `parameters` (decoded) describe, as an open
    /// page shows them: without the choices of its variables. With `wait` none of them is late.
    async fn cards(
        &self,
        slug: &str,
        panels: &[String],
        parameters: &[(String, String)],
        wait: bool,
    ) -> Result<DashboardPage, PageError>;

    /// One panel for the view that `parameters` describe, without the dashboard's choices.
    async fn panel(
        &self,
        slug: &str,
        panel: &str,
        parameters: &[(String, String)],
    ) -> Result<(Panel, PanelSlot), PageError>;

    /// What the cache has of one panel for the view that `parameters` describe. It only looks.
    async fn inspect(
        &self,
        slug: &str,
        panel: &str,
        parameters: &[(String, String)],
    ) -> Result<Result<PanelEntries, PanelError>, PageError>;
}

/// The service in context.
pub type SharedService = Arc<dyn Service>;

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageError {
    /// Nothing is there.
    NotFound(String),
    /// The parameters make no view; with where to go instead.
    BadRequest(String, Slug),
    /// Too much is being drawn.
    Busy,
    /// The client asks for more than its share of what has to be loaded.
    TooMany {
        /// Of what.
        what: Exceeded,
        /// After how many seconds it may come back.
        retry_after: u32,
    },
}

impl PageError {
    /// What is wrong and what to do.
    pub fn message(&self) -> String {
        match self {
            Self::NotFound(message) | Self::BadRequest(message, _) => message.clone(),
            Self::Busy => "Too many pages are being drawn. Try again in a moment.".to_owned(),
            Self::TooMany { what, retry_after } => {
                format!("{} Try again in {retry_after} s.", what.sentence())
            }
        }
    }
}

/// Of what too much is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    /// Of views that have to be loaded, from an address.
    Views,
    /// Of these, by an account.
    AccountViews,
    /// Of views that are loaded again, by an account.
    Refreshes,
    /// Of open pages, by an account.
    Streams,
    /// Of requests of the API, by an account.
    Requests,
}

impl Exceeded {
    fn sentence(self) -> &'static str {
        match self {
            Self::Views => {
                "Too many different views that have to be loaded were opened from your address."
            }
            Self::AccountViews => {
                "Too many different views that have to be loaded were opened with your account."
            }
            Self::Refreshes => "Too many views were loaded again with your account.",
            Self::Streams => "Too many pages are open with your account: close some.",
            Self::Requests => "Too many requests were sent with your account or its tokens.",
        }
    }
}

/// A page with its data.
#[derive(Clone)]
pub enum Page {
    /// The list of dashboards.
    Home(Vec<Arc<Dashboard>>),
    /// A dashboard.
    Dashboard(Arc<DashboardPage>),
    /// One panel, large.
    Panel(Arc<DashboardPage>),
    /// The API's page.
    Api(Arc<ApiPage>),
    /// Sources and their rollups, for administrators.
    Sources(Arc<SourcesPage>),
    /// The form of a source, for administrators.
    SourceForm(Arc<SourceFormPage>),
    /// Whether a source is removed, for administrators.
    RemoveSource(Arc<RemoveSourcePage>),
    /// Who may see what is in which folder, for those who look after it.
    Folders(Arc<FoldersPage>),
    /// What is warmed when, for administrators.
    Schedules(Arc<SchedulesPage>),
    /// Whether a schedule is removed, for administrators.
    RemoveSchedule(Arc<RemoveSchedulePage>),
    /// What people did, for administrators.
    Activity(Arc<ActivityPage>),
    /// The cache, for administrators.
    Cache(Arc<CachePage>),
    /// One dashboard's panels in the cache, for administrators.
    CachedDashboard(Arc<CachedDashboardPage>),
    /// The cache's policy at one level, for administrators.
    CachePolicy(Arc<CachePolicyPage>),
    /// What a purge would touch, for administrators.
    Purge(Arc<PurgePage>),
    /// What invalidates the cache, for administrators.
    Invalidation(Arc<InvalidationPage>),
    /// One webhook, for administrators.
    Webhook(Arc<WebhookPage>),
    /// The triggers of a source's tables, for administrators.
    SourceChanges(Arc<SourceChangesPage>),
    /// Signing in.
    SignIn(SignInPage),
    /// On the way to sign out at the provider.
    SignedOut(SignedOutPage),
    /// A one-time link.
    SetUp(SetUpPage),
    /// Setting up the second factor that one has to have.
    SecondFactor(Arc<SecondFactorPage>),
    /// One's own account.
    Profile(Arc<ProfilePage>),
    /// All accounts, for administrators.
    People(Arc<PeoplePage>),
    /// One account, for administrators.
    Account(Arc<AccountPage>),
    /// What went wrong: title, sentence, where to go.
    Error(ErrorPage),
}

/// An error page.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    /// The status of the response.
    pub status: u16,
    /// A few words.
    pub title: String,
    /// What happened and what to do.
    pub message: String,
    /// Where to go: address and words.
    pub link: (String, String),
}

/// A dashboard's panels and choices for one view.
#[derive(Clone)]
pub struct DashboardPage {
    /// What its live channel tells other pages of the same address from it by.
    pub id: String,
    /// The dashboard.
    pub dashboard: Arc<Dashboard>,
    /// What the reader looks at.
    pub view: ViewState,
    /// How it is presented.
    pub presentation: Presentation,
    /// The view's time, made absolute.
    pub bounds: Bounds,
    /// The width of the buckets.
    pub interval: Interval,
    /// The zone's offsets around the bounds.
    pub offsets: ZoneOffsets,
    /// The same in all years, which choices may be of.
    pub all_offsets: ZoneOffsets,
    /// When the page was made.
    pub now: Timestamp,
    /// The panels that are shown.
    pub panels: Vec<(Panel, PanelSlot)>,
    /// Whether this is the page of one panel.
    pub is_one_panel: bool,
    /// The series that the reader has switched off.
    pub hidden: HiddenSeries,
    /// The choices of each variable.
    pub choices: BTreeMap<VariableName, ChoicesSlot>,
    /// Whether the dashboard's file is broken and this is its last good version.
    pub outdated: bool,
    /// The other dashboards: name and title.
    pub siblings: Vec<(Slug, String)>,
    /// How the page follows its data.
    pub pace: Pace,
    /// The shortest pace that makes sense, in seconds.
    pub least_pace: u32,
    /// Recent drawings.
    pub fragments: Fragments,
    /// The definitions that it is drawn by: see [`Fragments`].
    pub fingerprint: Arc<str>,
    /// The dashboards that its panels link to.
    pub targets: Vec<Arc<Dashboard>>,
    /// What the cache has of the panel, on the page of one panel and if it was asked for.
    pub entries: Option<Result<PanelEntries, PanelError>>,
    /// What is assumed of columns without a time zone, on a panel's own page.
    pub assumptions: Vec<String>,
    /// Whether its reader may see what is behind the panels.
    pub looks_behind: bool,
}

/// What came of a panel while the page could wait for it.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is there.
    Ready(Arc<PanelData>),
    /// It cannot be shown.
    Failed(PanelError),
    /// Not yet: it comes over the live channel.
    Late(Wait),
}

/// A panel that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wait {
    /// For how long already.
    pub elapsed: Duration,
    /// How long it usually takes.
    pub usual: Option<Duration>,
}

/// A panel that is still loading, for as long as the page can wait.
pub type PendingPanel = Shared<BoxFuture<'static, Outcome>>;

/// A variable's choices that are still loading.
pub type PendingChoices = Shared<BoxFuture<'static, Result<Vec<Choice>, PanelError>>>;

/// The choices of one variable.
#[derive(Clone)]
pub enum ChoicesSlot {
    /// They can be shown now.
    Ready(Vec<Choice>),
    /// They cannot be shown.
    Failed(PanelError),
    /// They are being loaded.
    Pending(PendingChoices),
}

/// One panel of a page.
#[derive(Clone)]
pub enum PanelSlot {
    /// It can be shown now.
    Ready(Arc<PanelData>),
    /// It cannot be shown.
    Failed(PanelError),
    /// It is being loaded.
    Pending {
        /// What there is until then: from before an invalidation, or past its time.
        previous: Option<Arc<PanelData>>,
        /// What comes.
        outcome: PendingPanel,
    },
}

impl PanelSlot {
    /// What there is of it while it is being loaded.
    pub fn previous(&self) -> Option<Arc<PanelData>> {
        match self {
            Self::Pending { previous, .. } => previous.clone(),
            Self::Ready(_) | Self::Failed(_) => None,
        }
    }

    /// What comes of it.
    pub async fn outcome(self) -> Outcome {
        match self {
            Self::Ready(data) => Outcome::Ready(data),
            Self::Failed(error) => Outcome::Failed(error),
            Self::Pending { outcome, .. } => outcome.await,
        }
    }
}

impl Page {
    /// The title of the browser's window.
    pub fn title(&self) -> String {
        match self {
            Self::Home(_) => "Dashboards · Brisk".into(),
            Self::Dashboard(page) => format!("{} · Brisk", page.dashboard.title),
            Self::Panel(page) => match page.panels.first() {
                Some((panel, _)) => {
                    format!("{} · {}", panel.title_at(page.interval), page.dashboard.title)
                }
                None => page.dashboard.title.clone(),
            },
            Self::Api(_) => "API · Brisk".into(),
            Self::Sources(_) => "Sources · Brisk".into(),
            Self::SourceForm(_) => "Source · Brisk".into(),
            Self::RemoveSource(page) => format!("Remove {}? · Brisk", page.name),
            Self::Folders(_) => "Folders · Brisk".into(),
            Self::Schedules(_) => "Schedules · Brisk".into(),
            Self::RemoveSchedule(page) => format!("Remove {}? · Brisk", page.name),
            Self::Activity(_) => "Activity · Brisk".into(),
            Self::Cache(_) => "Cache · Brisk".into(),
            Self::CachedDashboard(page) => format!("{} · Cache · Brisk", page.title),
            Self::CachePolicy(page) => format!("Policy of {} · Brisk", page.scope),
            Self::Purge(page) if page.warms => format!("Warm {}? · Brisk", page.tag),
            Self::Purge(page) => format!("Purge {}? · Brisk", page.tag),
            Self::Invalidation(_) => "Invalidation · Brisk".into(),
            Self::Webhook(page) => format!("Webhook {} · Brisk", page.webhook.name),
            Self::SourceChanges(page) => format!("Triggers of {} · Brisk", page.name),
            Self::SignIn(_) => "Sign in · Brisk".into(),
            Self::SignedOut(_) => "Signed out · Brisk".into(),
            Self::SetUp(page) if page.is_first => "Set up · Brisk".into(),
            Self::SetUp(page) if page.is_passwordless => "Sign in · Brisk".into(),
            Self::SetUp(_) => "Choose a password · Brisk".into(),
            Self::SecondFactor(_) => "Second factor · Brisk".into(),
            Self::Profile(_) => "Profile · Brisk".into(),
            Self::People(_) => "People · Brisk".into(),
            Self::Account(page) => format!("{} · Brisk", page.person.full_name),
            Self::Error(error) => format!("{} · Brisk", error.title),
        }
    }

    /// Whether some of its panels are still loading.
    pub fn is_pending(&self) -> bool {
        let (Self::Dashboard(page) | Self::Panel(page)) = self else {
            return false;
        };
        page.panels.iter().any(|(_, slot)| matches!(slot, PanelSlot::Pending { .. }))
    }

    /// Whether it shows something that is under way, and no live channel follows it.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Sources(page) if page.is_busy())
    }

    /// Whether parts of it come later than the rest.
    pub fn is_streamed(&self) -> bool {
        let (Self::Dashboard(page) | Self::Panel(page)) = self else {
            return false;
        };
        let pending = |slot: &ChoicesSlot| matches!(slot, ChoicesSlot::Pending(_));
        self.is_pending() || page.choices.values().any(pending)
    }
}

impl DashboardPage {
    /// The parameter of its live channel's address that says [`DashboardPage::id`]. No variable has
    /// such a name.
    pub const ID: &str = "page-id";
    /// The parameter that asks for a page that nothing comes after: all panels are waited for. Without
    /// scripts a page whose panels are late goes on there. No variable has such a name, and no link.
    pub const WHOLE: &str = "whole-page";

    /// The same page, once its choices are there or late.
    pub async fn with_choices(mut self) -> Self {
        for slot in self.choices.values_mut() {
            if let ChoicesSlot::Pending(pending) = slot {
                *slot = match pending.clone().await {
                    Ok(choices) => ChoicesSlot::Ready(choices),
                    Err(error) => ChoicesSlot::Failed(error),
                };
            }
        }
        self
    }

    /// The parameters of this page's address, not yet percent-encoded.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = self.view.to_pairs(&self.dashboard);
        pairs.extend(self.presentation.to_pairs());
        pairs.extend(self.pace.word().map(|word| (parameter::REFRESH.to_owned(), word)));
        pairs
    }

    /// [`DashboardPage::pairs`], percent-encoded, with a leading `?` unless there is none.
    pub fn query(&self) -> String {
        brisk_domain::view::query_string(&self.pairs())
    }

    /// The address of the same view with some parameters replaced; `None` removes one.
    pub fn link_with(&self, changes: &[(&str, Option<String>)]) -> String {
        let mut pairs = self.pairs();
        let is_changed = |name: &str| changes.iter().any(|(of, _)| parameter::is_of(name, of));
        pairs.retain(|(name, _)| !is_changed(name));
        for (name, value) in changes {
            pairs.extend(value.iter().map(|value| ((*name).to_owned(), value.clone())));
        }
        self.address(&pairs)
    }

    /// The address of its live channel, which is told what the page is.
    pub fn live_path(&self) -> String {
        let mut pairs = self.pairs();
        pairs.push((Self::ID.to_owned(), self.id.clone()));
        format!("{}/live{}", self.path(), brisk_domain::view::query_string(&pairs))
    }

    /// The address at which the page at `path` has all its panels from the start.
    pub fn whole_at(path: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{path}{separator}{}=1", Self::WHOLE)
    }

    /// The address of this view, or of one of its panels.
    pub fn link_to(&self, panel: Option<&Panel>) -> String {
        let query = brisk_domain::view::query_string(&self.pairs());
        match panel {
            Some(panel) => format!("/d/{}/p/{}{query}", self.dashboard.slug, panel.id),
            None => format!("/d/{}{query}", self.dashboard.slug),
        }
    }

    /// The address of this very page.
    pub fn link_here(&self) -> String {
        self.address(&self.pairs())
    }

    /// [`DashboardPage::link_here`], with only the panels where it is `full`.
    pub fn link_here_in(&self, full: bool) -> String {
        let mut pairs = self.pairs();
        pairs.extend(full.then(|| (parameter::FULL.to_owned(), "1".to_owned())));
        self.address(&pairs)
    }

    /// The address of this page in the view that opens first.
    pub fn link_to_first(&self) -> String {
        self.path()
    }

    /// The address without its parameters.
    pub fn path(&self) -> String {
        match (self.is_one_panel, self.panels.first()) {
            (true, Some((panel, _))) => format!("/d/{}/p/{}", self.dashboard.slug, panel.id),
            _ => format!("/d/{}", self.dashboard.slug),
        }
    }

    /// The address of this page with these parameters.
    pub fn address(&self, pairs: &[(String, String)]) -> String {
        format!("{}{}", self.path(), brisk_domain::view::query_string(pairs))
    }
}
