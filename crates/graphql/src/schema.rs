//! The schema: what can be asked for, changed and followed.

use crate::backend::{Backend, Wanted};
use crate::gathering::Gathering;
use crate::problem::{Maybe, Problem, short};
use crate::types::definition::{Definition, PanelDefinition, Variable};
use crate::types::figures::{CacheFigures, PanelFigures};
use crate::types::input::{AskedView, ViewInput};
use crate::types::news::{Invalidated, News};
use crate::types::panel::{Bounds, Chosen, Panel, VariableChoices, ViewAnswer, ViewHead};
use async_graphql::{Context, Object, Schema};
use futures::Stream;
use std::sync::Arc;

pub(crate) type BriskSchema = Schema<Query, Mutation, Subscription>;

/// What dashboards show: the same data from the same cache as the JSON API.
pub(crate) struct Query;

/// What changes something. Only with POST.
pub(crate) struct Mutation;

/// What can be followed, as server-sent events.
pub(crate) struct Subscription;

fn backend<'a>(ctx: &Context<'a>) -> &'a Arc<dyn Backend> {
    ctx.data_unchecked::<Arc<dyn Backend>>()
}

#[Object]
impl Query {
    /// The dashboards that you may see, by name.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn dashboards(&self, ctx: &Context<'_>) -> Maybe<Vec<Dashboard>> {
        let all = backend(ctx).dashboards();
        Some(all.map(|all| all.into_iter().map(Dashboard::of).collect()))
    }

    /// The dashboard of that name.
    async fn dashboard(&self, ctx: &Context<'_>, slug: String) -> Maybe<Dashboard> {
        Some(backend(ctx).dashboard(&slug).map(Dashboard::of))
    }

    /// What the cache of the process that answers does. For those who look after the server.
    async fn cache(&self, ctx: &Context<'_>) -> Maybe<CacheFigures> {
        Some(backend(ctx).cache())
    }
}

#[Object]
impl Mutation {
    /// Has a view loaded again, and returns it.
    #[graphql(complexity = "child_complexity + 50")]
    async fn refresh(
        &self,
        ctx: &Context<'_>,
        slug: String,
        view: Option<ViewInput>,
    ) -> Maybe<View> {
        Some(refreshed(backend(ctx), &slug, view.unwrap_or_default()).await)
    }

    /// Says that data have changed: everything that depends on these tags is out of date once this is answered, on
    /// all servers. With `test`, nothing is, and the answer says what would be.
    #[graphql(complexity = "child_complexity + 50")]
    async fn invalidate(
        &self,
        ctx: &Context<'_>,
        tags: Vec<String>,
        #[graphql(default)] test: bool,
    ) -> Maybe<Invalidated> {
        Some(backend(ctx).invalidate(tags, test).await)
    }
}

async fn refreshed(
    backend: &Arc<dyn Backend>,
    slug: &str,
    view: ViewInput,
) -> Result<View, Problem> {
    let definition = Arc::new(backend.dashboard(slug)?);
    let asked = view.current(&definition)?;
    backend.refresh(&asked).await?;
    Ok(View { asked: Arc::new(asked), definition })
}

#[async_graphql::Subscription]
impl Subscription {
    /// Follows a view, or one panel of it: which editions of its data there are. What they show is asked for with a
    /// query.
    async fn news(
        &self,
        ctx: &Context<'_>,
        slug: String,
        view: Option<ViewInput>,
        panel: Option<String>,
    ) -> async_graphql::Result<impl Stream<Item = News> + use<>> {
        let definition = backend(ctx).dashboard(&slug)?;
        let asked = view.unwrap_or_default().current(&definition)?;
        if let Some(id) = &panel {
            known(&definition, id)?;
        }
        Ok(backend(ctx).news(&asked, panel).await?)
    }
}

/// Whether the dashboard has a panel of that name.
fn known(definition: &Definition, id: &str) -> Result<(), Problem> {
    match definition.panels.iter().any(|panel| panel.id == id) {
        true => Ok(()),
        false => {
            let (title, id) = (&definition.title, short(id));
            Err(Problem::not_found(format!("{title} has no panel \"{id}\".")))
        }
    }
}

/// A dashboard: its variables, panels and defaults, and its data for any view.
pub(crate) struct Dashboard(Arc<Definition>);

impl Dashboard {
    fn of(definition: Definition) -> Self {
        Self(Arc::new(definition))
    }
}

#[Object]
impl Dashboard {
    /// Its name in addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// A one-sentence description.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The IANA time zone whose wall clock its days and hours follow, unless a view says otherwise.
    async fn zone(&self) -> &str {
        &self.0.zone
    }

    /// The default range: a word such as `last-90-days`, or two days with `..` between them.
    async fn range(&self) -> &str {
        &self.0.range
    }

    /// The default interval: `auto`, or a word such as `day`.
    async fn interval(&self) -> &str {
        &self.0.interval
    }

    /// Whether the dashboard's file is broken and this is its last good version.
    async fn outdated(&self) -> bool {
        self.0.outdated
    }

    /// The address of its page.
    async fn page(&self) -> &str {
        &self.0.page
    }

    /// Its variables.
    #[graphql(complexity = "5 * child_complexity + 1")]
    async fn variables(&self) -> &[Variable] {
        &self.0.variables
    }

    /// Its panels in reading order, as they are defined; `data` has what they show.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn panels(&self) -> &[PanelDefinition] {
        &self.0.panels
    }

    /// What it shows, for a view.
    #[graphql(complexity = "child_complexity + 5")]
    async fn data(&self, view: Option<ViewInput>) -> Maybe<View> {
        let asked = view.unwrap_or_default().of(&self.0).map(Arc::new);
        Some(asked.map(|asked| View { asked, definition: Arc::clone(&self.0) }))
    }

    /// What the cache of the process that answers does for its panels. For those who look after the dashboard.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn cache(&self, ctx: &Context<'_>) -> Maybe<Vec<PanelFigures>> {
        Some(backend(ctx).dashboard_cache(&self.0.slug))
    }
}

/// A view of a dashboard. All that a query asks of one view is looked up together.
pub(crate) struct View {
    asked: Arc<AskedView>,
    definition: Arc<Definition>,
}

impl View {
    async fn ask(&self, ctx: &Context<'_>, wanted: Wanted) -> Result<Arc<ViewAnswer>, Problem> {
        ctx.data_unchecked::<Arc<Gathering>>().ask(&self.asked, wanted).await
    }

    async fn head<T>(&self, ctx: &Context<'_>, part: impl FnOnce(&ViewHead) -> T) -> Maybe<T> {
        let answer = self.ask(ctx, Wanted::default()).await;
        Some(answer.map(|answer| part(&answer.head)))
    }

    /// What can be chosen of the variable of that name, or of all.
    async fn choosable(
        &self,
        ctx: &Context<'_>,
        variable: Option<&str>,
    ) -> Result<Vec<Arc<VariableChoices>>, Problem> {
        let is_known = |name: &str| self.definition.variables.iter().any(|one| one.name == name);
        if let Some(name) = variable.filter(|name| !is_known(name)) {
            let (title, name) = (&self.definition.title, short(name));
            return Err(Problem::not_found(format!("{title} has no variable \"{name}\".")));
        }
        let wanted = Wanted { choices: true, ..Wanted::default() };
        let answer = self.ask(ctx, wanted).await?;
        let all = answer.choices.iter();
        let named = all.filter(|one| variable.is_none_or(|name| name == one.variable));
        Ok(named.cloned().collect())
    }

    /// The panels of these names, in that order.
    async fn shown(&self, ctx: &Context<'_>, ids: &[String]) -> Result<Vec<Arc<Panel>>, Problem> {
        ids.iter().try_for_each(|id| known(&self.definition, id))?;
        let wanted = Wanted { panels: ids.to_vec(), choices: false };
        let answer = self.ask(ctx, wanted).await?;
        let panel = |id: &String| {
            let found = answer.panels.iter().find(|panel| panel.name() == id).cloned();
            found.ok_or_else(|| {
                // The file has changed since the query began.
                let (title, id) = (&self.definition.title, short(id));
                Problem::not_found(format!("{title} has no panel \"{id}\" any more."))
            })
        };
        ids.iter().map(panel).collect()
    }
}

#[Object]
impl View {
    /// The IANA time zone that days and hours follow.
    async fn zone(&self, ctx: &Context<'_>) -> Maybe<String> {
        self.head(ctx, |head| head.zone.clone()).await
    }

    /// The range.
    async fn bounds(&self, ctx: &Context<'_>) -> Maybe<Bounds> {
        self.head(ctx, |head| head.bounds.clone()).await
    }

    /// The width of the buckets: `minute`, `hour`, `day`, `week`, `month`, `quarter` or `year`.
    async fn interval(&self, ctx: &Context<'_>) -> Maybe<String> {
        self.head(ctx, |head| head.interval.clone()).await
    }

    /// What is chosen of each variable.
    #[graphql(complexity = "5 * child_complexity + 1")]
    async fn variables(&self, ctx: &Context<'_>) -> Maybe<Vec<Chosen>> {
        let chosen = |(variable, values): (&String, &Vec<Option<String>>)| Chosen {
            variable: variable.clone(),
            values: values.clone(),
        };
        self.head(ctx, |head| head.variables.iter().map(chosen).collect()).await
    }

    /// What can be chosen of the dashboard's variables, or of one of them.
    #[graphql(complexity = "5 * child_complexity + 10")]
    async fn choices(
        &self,
        ctx: &Context<'_>,
        variable: Option<String>,
    ) -> Maybe<Vec<Arc<VariableChoices>>> {
        Some(self.choosable(ctx, variable.as_deref()).await)
    }

    /// The panel of that name.
    #[graphql(complexity = "child_complexity + 10")]
    async fn panel(&self, ctx: &Context<'_>, id: String) -> Maybe<Arc<Panel>> {
        self.shown(ctx, &[id]).await.map(|panels| panels.into_iter().next()).transpose()
    }

    /// All panels in reading order; or those of these names, in that order.
    #[graphql(complexity = "ids.as_ref().map_or(20, Vec::len) * (child_complexity + 10)")]
    async fn panels(&self, ctx: &Context<'_>, ids: Option<Vec<String>>) -> Maybe<Vec<Arc<Panel>>> {
        let all = || self.definition.panels.iter().map(|panel| panel.id.clone()).collect();
        Some(self.shown(ctx, &ids.unwrap_or_else(all)).await)
    }
}
