//! What the schema asks of the server, on behalf of the sender of a request.

use super::viewed::{Viewed, read};
use super::{figures, news, view};
use crate::api::definition::Definition;
use crate::api::problem;
use crate::hooks::by_token;
use crate::http::problem::Problem;
use crate::live::handler::{self, Refused};
use async_trait::async_trait;
use brisk_accounts::Target;
use brisk_graphql::types::definition;
use brisk_graphql::types::figures::{CacheFigures, PanelFigures};
use brisk_graphql::types::input::AskedView;
use brisk_graphql::types::news::{Invalidated, News};
use brisk_graphql::types::panel::ViewAnswer;
use brisk_graphql::{Backend, Wanted};
use futures::stream::BoxStream;
use serde_json::json;

impl Viewed {
    fn defined(&self, slug: &str) -> Result<definition::Definition, Problem> {
        let (dashboard, outdated) = self.state.service.definition(slug, &self.viewer)?;
        read(&Definition::of(&dashboard, outdated))
    }

    fn of_dashboard(&self, slug: &str) -> Result<Vec<PanelFigures>, Problem> {
        let (dashboard, _) = self.state.service.definition(slug, &self.viewer)?;
        match self.viewer.looks_behind(&dashboard) {
            true => Ok(figures::of_dashboard(&self.state, &dashboard.slug)),
            false => Err(problem::no_such(
                "The cache's figures of this dashboard are for those who look after it.",
            )),
        }
    }

    async fn invalidated(&self, tags: Vec<String>, test: bool) -> Result<Invalidated, Problem> {
        if !self.viewer.may(Target::Invalidation) {
            return Err(problem::no_such("You may not say that data have changed."));
        }
        let mut body = json!({"data": {"tags": tags}});
        if test {
            body["type"] = by_token::TEST.into();
        }
        let body = body.to_string();
        let answer =
            by_token::written_down(&self.state, &self.viewer, Some(body.as_bytes())).await?;
        read(&answer)
    }
}

#[async_trait]
impl Backend for Viewed {
    fn dashboards(&self) -> Result<Vec<definition::Definition>, brisk_graphql::Problem> {
        let dashboards = self.state.service.dashboards(&self.viewer);
        let all = dashboards.iter().map(|dashboard| self.defined(dashboard.slug.as_str()));
        all.collect::<Result<_, _>>().map_err(|problem| self.told(problem))
    }

    fn dashboard(&self, slug: &str) -> Result<definition::Definition, brisk_graphql::Problem> {
        self.defined(slug).map_err(|problem| self.told(problem))
    }

    async fn view(
        &self,
        asked: &AskedView,
        wanted: Wanted,
    ) -> Result<ViewAnswer, brisk_graphql::Problem> {
        view::of(self, asked, wanted).await.map_err(|problem| self.told(problem))
    }

    fn cache(&self) -> Result<CacheFigures, brisk_graphql::Problem> {
        match self.viewer.may(Target::Metrics) {
            true => Ok(figures::of_all(&self.state)),
            false => Err(self.told(problem::no_such(
                "The cache's figures are for those who look after the server.",
            ))),
        }
    }

    fn dashboard_cache(&self, slug: &str) -> Result<Vec<PanelFigures>, brisk_graphql::Problem> {
        self.of_dashboard(slug).map_err(|problem| self.told(problem))
    }

    async fn refresh(&self, asked: &AskedView) -> Result<(), brisk_graphql::Problem> {
        let service = &self.state.service;
        let refreshed =
            service.refresh(&asked.slug, &asked.pairs, &self.client, &self.viewer).await;
        refreshed.map_err(|error| self.told(error.into()))
    }

    async fn invalidate(
        &self,
        tags: Vec<String>,
        test: bool,
    ) -> Result<Invalidated, brisk_graphql::Problem> {
        self.invalidated(tags, test).await.map_err(|problem| self.told(problem))
    }

    async fn news(
        &self,
        asked: &AskedView,
        panel: Option<String>,
    ) -> Result<BoxStream<'static, News>, brisk_graphql::Problem> {
        let (slug, panel) = (&asked.slug, panel.as_deref());
        let begun = handler::begin(&self.state, slug, panel, &asked.pairs, &self.head).await;
        begun.map(news::of).map_err(|refused| match refused {
            Refused::Page(error) => self.told(error.into()),
            Refused::Full => problem::too_many_pages().into(),
        })
    }
}
