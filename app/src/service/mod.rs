//! What the server provides to pages and server functions: a small trait object in context.

mod activity_page;
mod api_page;
mod cache_page;
mod dashboard_page;
mod folders_page;
mod hidden_series;
mod image_keys_page;
mod invalidation_page;
mod jobs_page;
mod page_error;
mod panel_slot;
mod people_pages;
mod report_pages;
mod schedules_page;
mod sources_page;

pub use activity_page::{ActivityFilter, ActivityPage, ActivityRecord};
pub use api_page::{ApiField, ApiOperation, ApiPage, ApiProblem, FieldKind, PlaygroundPage};
pub use cache_page::{
    CacheFigures, CachePage, CachePolicyPage, CacheTiers, CachedDashboard, CachedDashboardPage,
    CachedPanel, CachedSource, PolicyInForce, PurgePage, least_current,
};
pub use dashboard_page::DashboardPage;
pub use folders_page::{AccessOrigin, DashboardAccess, FolderRow, FoldersPage, TeamRow};
pub use hidden_series::HiddenSeries;
pub use image_keys_page::{ImageKeyRow, ImageKeysPage, SignedImage, TypedImage, TypedImageKey};
pub use invalidation_page::{
    InvalidationPage, ListenerRow, NoticedSource, SourceChangesPage, ToldRow, TriedDelivery,
    TypedWebhook, WatchRow, WebhookPage, WebhookRow,
};
pub use jobs_page::{JobRow, JobRowState, JobsPage};
pub use page_error::{ErrorPage, Exceeded, PageError};
pub use panel_slot::{ChoicesSlot, Outcome, PanelSlot, PendingChoices, PendingPanel, Wait};
pub use people_pages::{
    AccountPage, Factor, IdentityRow, Notice, PeoplePage, PersonRow, ProfilePage, QrCode, Reader,
    SecondFactorPage, SessionRow, SetUpPage, ShownOnce, SignInPage, SignedOutPage, TokenRow,
};
pub use report_pages::{
    RemoveReportPage, ReportAbout, ReportPage, ReportPause, ReportRow, ReportRunRow,
    ReportRunState, ReportsPage, SendingRow, SendingRows, TypedReport, UnsubscribePage,
};
pub use schedules_page::{RemoveSchedulePage, RunRow, ScheduleRow, SchedulesPage};
pub use sources_page::{
    AddedSource, RemoveSourcePage, RollupRow, SlowRow, SourceFormPage, SourceReport, SourcesPage,
};

use brisk_domain::{Dashboard, Panel, PanelEntries, PanelError};
use std::sync::Arc;

/// Data for pages.
#[async_trait::async_trait]
pub trait Service: Send + Sync {
    /// The dashboards, by name.
    fn dashboards(&self) -> Vec<Arc<Dashboard>>;

    /// Some panels of a dashboard for the view that `parameters` (decoded) describe, as an open
    /// page shows them: without the choices of its variables. With `wait`, none of them is late.
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

    /// What the cache has of one panel for the view that `parameters` describe. Read-only.
    async fn inspect(
        &self,
        slug: &str,
        panel: &str,
        parameters: &[(String, String)],
    ) -> Result<Result<PanelEntries, PanelError>, PageError>;
}

/// The service in context.
pub type SharedService = Arc<dyn Service>;

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
    /// The page to try queries in GraphQL.
    Playground(Arc<PlaygroundPage>),
    /// Sources and their rollups, for administrators.
    Sources(Arc<SourcesPage>),
    /// The form of a source, for administrators.
    SourceForm(Arc<SourceFormPage>),
    /// Confirming the removal of a source, for administrators.
    RemoveSource(Arc<RemoveSourcePage>),
    /// Who may see the dashboards in each folder, for those who look after them.
    Folders(Arc<FoldersPage>),
    /// Addresses of images for pages elsewhere, for those who look after the dashboards.
    ImageKeys(Arc<ImageKeysPage>),
    /// Reports, for administrators.
    Reports(Arc<ReportsPage>),
    /// The history of a report, for administrators.
    Report(Arc<ReportPage>),
    /// Confirming the removal of a report, for administrators.
    RemoveReport(Arc<RemoveReportPage>),
    /// Schedules of warming, for administrators.
    Schedules(Arc<SchedulesPage>),
    /// Confirming the removal of a schedule, for administrators.
    RemoveSchedule(Arc<RemoveSchedulePage>),
    /// Background jobs, for administrators.
    Jobs(Arc<JobsPage>),
    /// The audit log, for administrators.
    Activity(Arc<ActivityPage>),
    /// The cache, for administrators.
    Cache(Arc<CachePage>),
    /// One dashboard's panels in the cache, for administrators.
    CachedDashboard(Arc<CachedDashboardPage>),
    /// The cache's policy at one level, for administrators.
    CachePolicy(Arc<CachePolicyPage>),
    /// What a purge would affect, for administrators.
    Purge(Arc<PurgePage>),
    /// What invalidates the cache, for administrators.
    Invalidation(Arc<InvalidationPage>),
    /// One webhook, for administrators.
    Webhook(Arc<WebhookPage>),
    /// The triggers of a source's tables, for administrators.
    SourceChanges(Arc<SourceChangesPage>),
    /// Signing in.
    SignIn(SignInPage),
    /// Whether somebody receives a report.
    Unsubscribe(UnsubscribePage),
    /// On the way to sign out at the provider.
    SignedOut(SignedOutPage),
    /// A one-time link.
    SetUp(SetUpPage),
    /// Setting up a required second factor.
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
            Self::Playground(_) => "GraphQL · Brisk".into(),
            Self::Sources(_) => "Sources · Brisk".into(),
            Self::SourceForm(_) => "Source · Brisk".into(),
            Self::RemoveSource(page) => format!("Remove {}? · Brisk", page.name),
            Self::Folders(_) => "Folders · Brisk".into(),
            Self::ImageKeys(_) => "Images · Brisk".to_owned(),
            Self::Reports(_) => "Reports · Brisk".into(),
            Self::Report(page) => {
                format!("{} · Reports · Brisk", page.title.as_ref().unwrap_or(&page.name))
            }
            Self::RemoveReport(page) => format!("Remove {}? · Brisk", page.name),
            Self::Schedules(_) => "Schedules · Brisk".into(),
            Self::RemoveSchedule(page) => format!("Remove {}? · Brisk", page.name),
            Self::Jobs(_) => "Jobs · Brisk".into(),
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
            Self::Unsubscribe(page) => format!("{} · Brisk", page.title),
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

    /// Whether it shows something in progress that no live channel follows.
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
