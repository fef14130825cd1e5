//! [`Made`]: a report for those who see the same, before it is addressed to anybody.

use crate::api::asked::asked;
use crate::api::form::Form as FileForm;
use crate::api::loaded::Loaded;
use crate::auth::viewer::Viewer;
use crate::service::{EngineService, Wanted};
use brisk_accounts::ImageScope;
use brisk_cache::{Caller, Trigger};
use brisk_chart::{Input, ShownChange, Spec, Theme};
use brisk_delivery::{Attachment, Change, Drawing, Figure, Filter, Meaning};
use brisk_domain::export::filters;
use brisk_domain::report::{Form, Paper};
use brisk_domain::view::query_string;
use brisk_domain::{Access, Decimal, PanelId, Report, date_words, parameter};
use brisk_reports::{Judgement, Seen, figure, judge};
use http::HeaderMap;
use std::sync::Arc;

/// How large drawings in a message are, in CSS px, and their pixels for each.
const DRAWING: (u16, u16) = (560, 280);
const SCALE: f64 = 2.0;
/// The most figures and drawings in a message itself.
const FIGURES: usize = 12;
const DRAWINGS: usize = 6;

/// A report for those who see the same.
pub(super) struct Made {
    /// The range in words.
    pub(super) range: String,
    /// What the view is limited to.
    pub(super) filters: Vec<Filter>,
    /// How current the data are, in words.
    pub(super) as_of: String,
    /// The figures of its stats.
    pub(super) figures: Vec<Figure>,
    /// Small drawings of its charts.
    pub(super) drawings: Vec<Drawing>,
    /// Its files.
    pub(super) attachments: Vec<Attachment>,
    /// The panels that failed, each with a sentence.
    pub(super) failed: Vec<String>,
    /// The view, for its condition.
    view: Arc<Loaded>,
}

/// Makes `report` for those whose statements see `access`, whom somebody has found to be allowed to. An error is a
/// sentence.
pub(super) async fn make(
    service: &EngineService,
    report: &Report,
    access: &Access,
) -> Result<Made, String> {
    let scope = ImageScope::parse(report.dashboard.as_str()).map_err(|error| error.to_string())?;
    let viewer = Viewer::link(scope, access.clone());
    let caller = Caller::background(Trigger::Report);
    let query = query_string(&report.view);
    // With that of its condition, which need not be shown.
    let condition = report.condition.as_ref().map(|condition| condition.panel.clone());
    let panels = report.panels.iter().flatten().cloned().chain(condition);
    let panels: Vec<PanelId> = panels.collect();
    let wanted = match &report.panels {
        None => Wanted::All,
        Some(_) => Wanted::These(&panels),
    };
    let shown = (report.dashboard.as_str(), wanted);
    let query = Some(query.trim_start_matches('?'));
    let asked = asked(service, (caller, &viewer), shown, query, &HeaderMap::new()).await;
    let asked = asked.map_err(|problem| problem.detail().to_owned())?;
    let view = asked.loaded().await.map_err(|problem| problem.detail().to_owned())?;
    let (view, report, now) = (Arc::new(view), report.clone(), service.now());
    let client = brisk_cache::Client::Background;
    let made = service.drawing().of(client).run(move || made(view, &report, now)).await;
    made.unwrap_or_else(|| Err("Too much is being drawn at the moment.".into()))
}

fn made(all: Arc<Loaded>, report: &Report, now: brisk_domain::Timestamp) -> Result<Made, String> {
    let shown = |panel: &PanelId| report.panels.as_ref().is_none_or(|own| own.contains(panel));
    let view = all.with(shown);
    let frames = &view.frames;
    let offsets = &frames.window.offsets;
    let oldest =
        view.outcomes.iter().filter_map(|outcome| Some(outcome.as_ref().ok()?.as_of)).min();
    let as_of = oldest.map(|at| {
        let local = offsets.local(at);
        let (day, time) = (date_words::long(local.date()), local.format("%H:%M"));
        format!("{day}, {time} ({})", frames.window.zone)
    });
    let chosen = filters(&frames.dashboard, &frames.view, offsets);
    Ok(Made {
        range: frames.window.bounds.label(offsets),
        filters: chosen.into_iter().map(|(label, value)| Filter { label, value }).collect(),
        as_of: as_of.unwrap_or_default(),
        figures: figures(&view),
        drawings: drawings(&view),
        attachments: attachments(&view, report, now)?,
        failed: view.failed(),
        view: all,
    })
}

/// Each panel with its data, where it has some.
fn panels(view: &Loaded) -> impl Iterator<Item = (&brisk_domain::Panel, &brisk_domain::PanelData)> {
    let panels = view.frames.panels.iter().zip(&view.outcomes);
    panels.filter_map(|((panel, _), outcome)| Some((panel, outcome.as_deref().ok()?)))
}

fn figures(view: &Loaded) -> Vec<Figure> {
    let figures = panels(view).filter_map(|(panel, data)| {
        let label = panel.title_at(view.frames.window.interval);
        let spec = Spec::of(panel, label.clone());
        let shown = brisk_chart::shown_figure(&Input::of(&spec, data, (280.0, 140.0)))?;
        let change = shown.change.map(|ShownChange { text, is_good }| Change {
            text,
            meaning: match is_good {
                Some(true) => Meaning::Good,
                Some(false) => Meaning::Bad,
                None => Meaning::Neutral,
            },
        });
        Some(Figure { label, value: shown.text, change })
    });
    figures.take(FIGURES).collect()
}

/// Drawings of the charts. Stats are figures already, and tables are in the files.
fn drawings(view: &Loaded) -> Vec<Drawing> {
    let charts = panels(view).filter(|(panel, _)| !panel.kind.traits().is_table());
    let drawings = charts.filter_map(|(panel, data)| {
        let title = panel.title_at(view.frames.window.interval);
        let spec = Spec::of(panel, title.clone());
        let (width, height) = (f64::from(DRAWING.0), f64::from(DRAWING.1));
        let input = Input::of(&spec, data, (width, height));
        if brisk_chart::shown_figure(&input).is_some() {
            return None;
        }
        let image = brisk_chart::image_for_page(&input, Theme::Light);
        let png = brisk_raster::png(&image.svg, SCALE, crate::exports::fonts()).ok()?;
        let size = (u32::from(DRAWING.0), u32::from(DRAWING.1));
        let alternative = brisk_chart::draw(&input).summary;
        Some(Drawing { title, alternative, png: png.bytes.into(), size })
    });
    drawings.take(DRAWINGS).collect()
}

/// The parameters of the report's files.
fn drawn(report: &Report) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut add = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
    if report.page.paper == Paper::Letter {
        add(parameter::PDF_PAPER, "letter");
    }
    if report.page.is_landscape {
        add(parameter::PDF_ORIENTATION, "landscape");
    }
    add(
        parameter::THEME,
        match report.page.theme {
            brisk_domain::report::Theme::Light => "light",
            brisk_domain::report::Theme::Print => "print",
        },
    );
    pairs
}

fn attachments(
    view: &Loaded,
    report: &Report,
    now: brisk_domain::Timestamp,
) -> Result<Vec<Attachment>, String> {
    let (ending, is_per_panel) = match report.form {
        Form::Link => return Ok(Vec::new()),
        Form::Pdf => ("pdf", false),
        Form::Html => ("html", false),
        Form::Xlsx => ("xlsx", false),
        Form::Png => ("png", true),
        Form::Csv => ("csv", true),
    };
    let form = FileForm::of_panel(ending, &drawn(report));
    let form = form.ok_or("This form is not known.")?;
    let form = form.map_err(|problem| problem.detail().to_owned())?;
    let attachment = |view: &Loaded| {
        let file = form.file(view, now).map_err(|problem| problem.detail().to_owned())?;
        Ok(Attachment {
            name: file.name,
            media_type: form.media_type().split(';').next().unwrap_or_default().to_owned(),
            bytes: file.bytes.into(),
            link: None,
        })
    };
    if !is_per_panel {
        return Ok(vec![attachment(view)?]);
    }
    let single = (0..view.outcomes.len()).filter(|at| view.outcomes[*at].is_ok());
    let single = single.map(|at| view.frames.panels[at].0.id.clone());
    single.map(|id| attachment(&view.with(|panel| *panel == id))).collect()
}

impl Made {
    /// Whether the report's condition is met, and the figure that the next one is compared with. One that nobody can
    /// judge is an error, a sentence.
    pub(super) fn judged(
        &self,
        report: &Report,
        before: Option<&Decimal>,
    ) -> Result<(Result<(), String>, Option<Decimal>), String> {
        let Some(condition) = &report.condition else { return Ok((Ok(()), None)) };
        let found = panels(&self.view).find(|(panel, _)| panel.id == condition.panel);
        let (_, data) = found.ok_or_else(|| {
            format!("The panel \"{}\" of its condition has no data.", condition.panel)
        })?;
        let seen =
            Seen { frame: &data.frame, coverage: data.coverage.as_ref(), offsets: &data.offsets };
        let figure = match condition.test.figure() {
            Some((wanted, _)) => figure(wanted, seen).ok().flatten(),
            None => None,
        };
        match judge(condition, seen, before) {
            Judgement::Met => Ok((Ok(()), figure)),
            Judgement::NotMet(why) => Ok((Err(why), figure)),
            Judgement::Unknown(why) => Err(why),
        }
    }
}
