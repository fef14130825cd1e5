//! [`Backend`]: what the schema asks of the server, on behalf of one viewer.

use crate::problem::Problem;
use crate::types::definition::Definition;
use crate::types::figures::{CacheFigures, PanelFigures};
use crate::types::input::AskedView;
use crate::types::news::{Invalidated, News};
use crate::types::panel::ViewAnswer;
use async_trait::async_trait;
use futures::stream::BoxStream;

/// What is asked for of a view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The panels, each once; all of them exist in the dashboard's definition.
    pub panels: Vec<String>,
    /// Whether the choices of the variables are asked for.
    pub choices: bool,
}

/// The server, as one viewer sees it: what that viewer may not see is not found.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// The dashboards that the viewer may see, by name.
    fn dashboards(&self) -> Result<Vec<Definition>, Problem>;

    /// The dashboard of that name.
    fn dashboard(&self, slug: &str) -> Result<Definition, Problem>;

    /// Looks up all that is `wanted` of a view, in one batch, and waits for what has to be loaded.
    async fn view(&self, asked: &AskedView, wanted: Wanted) -> Result<ViewAnswer, Problem>;

    /// What the cache does.
    fn cache(&self) -> Result<CacheFigures, Problem>;

    /// What the cache does for one dashboard.
    fn dashboard_cache(&self, slug: &str) -> Result<Vec<PanelFigures>, Problem>;

    /// Purges a view, so that whoever asks next has it loaded again.
    async fn refresh(&self, asked: &AskedView) -> Result<(), Problem>;

    /// Makes all that depends on `tags` out of date; with `test`, only says what would be.
    async fn invalidate(&self, tags: Vec<String>, test: bool) -> Result<Invalidated, Problem>;

    /// Follows a view, or one panel of it.
    async fn news(
        &self,
        asked: &AskedView,
        panel: Option<String>,
    ) -> Result<BoxStream<'static, News>, Problem>;
}
