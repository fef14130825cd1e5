//! The data of one view: looked up in one batch, and written as the JSON API writes them.

use super::viewed::{Viewed, read};
use crate::api::data::{PanelFrames, PanelResult, View};
use crate::api::problem;
use crate::auth::told::told;
use crate::http::problem::Problem;
use crate::service::{self, Frames};
use brisk_app::service::PageError;
use brisk_cache::{Caller, Trigger};
use brisk_domain::choice::Choice;
use brisk_domain::{PanelError, Timestamp, VariableName, ZoneName};
use brisk_engine::view::ChoicesState;
use brisk_graphql::Wanted;
use brisk_graphql::types::input::AskedView;
use brisk_graphql::types::panel::{self, VariableChoices, ViewAnswer};
use futures::future::join_all;
use std::sync::Arc;

/// What can be chosen of each variable.
type Choices = Vec<(VariableName, Result<Vec<Choice>, PanelError>)>;

pub(super) async fn of(
    viewed: &Viewed,
    asked: &AskedView,
    wanted: Wanted,
) -> Result<ViewAnswer, Problem> {
    let Viewed { state, client, viewer, .. } = viewed;
    let zone = asked.tz.as_deref().map(ZoneName::parse).transpose();
    let zone = zone.map_err(|error| problem::wrong_parameter(&error.to_string()))?;
    let named = service::Wanted::Named { panels: &wanted.panels, choices: wanted.choices };
    let caller = Caller::new(Trigger::Api, client.clone());
    let (slug, pairs) = (&asked.slug, &asked.pairs);
    let requested = state.service.frames(slug, named, zone.as_ref(), pairs, caller, viewer).await?;
    let looks_behind = viewer.looks_behind(requested.dashboard());
    let oldest = asked.max_stale.map(|seconds| {
        let micros = i64::from(seconds).saturating_mul(1_000_000);
        Timestamp(state.service.now().0.saturating_sub(micros))
    });
    let frames = requested.into_frames().await?;
    let outcomes = frames.outcomes(oldest, looks_behind).await;
    let choices = choices_of(&frames, looks_behind).await;
    let now = state.service.now();
    let drawing = state.service.drawing().of(client.clone());
    let written = drawing.run(move || written(&frames, &outcomes, choices, now)).await;
    written.ok_or(PageError::Busy)?
}

async fn choices_of(frames: &Frames, looks_behind: bool) -> Choices {
    let variables = frames.dashboard.variables.iter();
    let states = variables.filter_map(|variable| {
        let state = frames.choices.get(&variable.name)?.clone();
        Some(async move {
            let choices = match state {
                ChoicesState::Ready(choices) => Ok(choices),
                ChoicesState::Failed(error) => Err(error),
                ChoicesState::Pending(load) => load.await,
            };
            (variable.name.clone(), choices.map_err(|error| told(looks_behind, error)))
        })
    });
    join_all(states).await
}

fn written(
    frames: &Frames,
    outcomes: &[PanelResult],
    choices: Choices,
    now: Timestamp,
) -> Result<ViewAnswer, Problem> {
    let panels = frames.panels.iter().zip(outcomes).map(|((panel, _), outcome)| {
        read(&PanelFrames::of(frames, panel, outcome, now)).map(Arc::new)
    });
    let choice = |choice: Choice| panel::Choice {
        label: choice.label(&frames.window.offsets),
        value: choice.into(),
    };
    let choices = choices.into_iter().map(|(variable, choices)| {
        let variable = variable.to_string();
        let (values, problem) = match choices {
            Ok(choices) => (choices.into_iter().map(choice).collect(), None),
            Err(error) => (Vec::new(), Some(Problem::from(error).into())),
        };
        Arc::new(VariableChoices { variable, values, problem })
    });
    Ok(ViewAnswer {
        head: read(&View::of(frames))?,
        panels: panels.collect::<Result<_, _>>()?,
        choices: choices.collect(),
    })
}
