//! `brisk export`: a dashboard, or one of its panels, as a file.

use super::added_sources;
use super::shared::SharedArguments;
use crate::administration::cache_settings;
use crate::api::asked::asked;
use crate::api::form::Form;
use crate::auth::account_viewer::account_viewer;
use crate::auth::viewer::Viewer;
use crate::config::Settings;
use crate::http::problem::Problem;
use crate::service::{EngineService, Wanted};
use crate::{assembly, logging};
use anyhow::{Context, Result, anyhow, bail};
use brisk_accounts::LoginName;
use brisk_cache::{Caller, Trigger};
use brisk_domain::view::parse_query;
use brisk_domain::{Unit, format};
use brisk_store::Store;
use http::HeaderMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// The arguments of `brisk export`.
#[derive(Debug, Clone, clap::Args)]
pub struct ExportArguments {
    /// The dashboard.
    pub dashboard: String,
    /// One panel of it instead of all.
    #[arg(long)]
    pub panel: Option<String>,
    /// pdf, xlsx, html or json; of a panel also png, svg, csv or ndjson [default: what the output's name
    /// ends in, else pdf].
    #[arg(long)]
    pub format: Option<String>,
    /// The file to write, or - for standard output. An existing file is replaced once the new one is complete
    /// [default: the dashboard's name and days, in the working directory].
    #[arg(long, short)]
    pub output: Option<PathBuf>,
    /// The view: what stands behind the ? in the page's address, such as "range=last 7 days&country=France"; with
    /// the form's own parameters, such as "pdf-paper=letter" [default: what the page shows first].
    #[arg(long, default_value = "")]
    pub view: String,
    /// Export what this account sees, with its rights and attributes [default: every dashboard, without
    /// attributes].
    #[arg(long = "as", value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// The servers' configuration.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// The form without a format, and without a file whose name says it.
const USUAL: &str = "pdf";

/// Runs `brisk export`. Fails if a panel did; the file then says why in the panel's place.
pub async fn run(arguments: ExportArguments) -> Result<ExitCode> {
    logging::start();
    let mut settings = arguments.shared.settings()?;
    for note in added_sources::join(&mut settings).await.notes {
        eprintln!("note: {note}");
    }
    let form = form(&arguments)?;
    let store = assembly::existing_store(&settings.store()?).await?;
    let viewer = match &arguments.account {
        None => Viewer::anybody(),
        Some(name) => viewer(store.as_ref(), name).await?,
    };
    let service = service(&settings, &arguments.shared, store.as_ref()).await?;
    let caller = Caller::from(Trigger::Report);
    let which = arguments.panel.as_deref().map_or(Wanted::All, Wanted::Panel);
    let shown = (arguments.dashboard.as_str(), which);
    let query = Some(arguments.view.trim_start_matches('?'));
    let asked = asked(&service, (caller, &viewer), shown, query, &HeaderMap::new()).await;
    let file = asked.map_err(said)?.file(&service, form).await.map_err(said)?;
    let output = arguments.output.unwrap_or_else(|| file.name.clone().into());
    if output == Path::new("-") {
        std::io::stdout().lock().write_all(&file.bytes).context("writing to standard output")?;
    } else {
        replace(&output, &file.bytes)?;
        let size = format::compact(file.bytes.len() as f64, &Unit::Bytes);
        eprintln!("{}: {size}", output.display());
    }
    for failed in &file.failed {
        eprintln!("failed: {failed}");
    }
    Ok(if file.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The form that the arguments ask for.
fn form(arguments: &ExportArguments) -> Result<Form> {
    let ending = arguments.output.as_deref().and_then(Path::extension).and_then(|e| e.to_str());
    let word = arguments.format.as_deref().or(ending).unwrap_or(USUAL).to_ascii_lowercase();
    let pairs = parse_query(arguments.view.trim_start_matches('?'));
    let is_panel = arguments.panel.is_some();
    let form = match (word.as_str(), is_panel) {
        ("json", true) => Some(Ok(Form::Panel)),
        ("json", false) => Some(Ok(Form::Dashboard)),
        (word, true) => Form::of_panel(word, &pairs),
        (word, false) => Form::of_dashboard(word, &pairs),
    };
    match form {
        Some(form) => form.map_err(said),
        None if !is_panel && Form::of_panel(&word, &pairs).is_some() => {
            bail!(
                "a whole dashboard cannot be {word}: name a panel (--panel), or use pdf, xlsx, html or json"
            )
        }
        None => bail!(
            "\"{word}\" is no format: use pdf, xlsx, html or json, and for a panel png, svg, csv or ndjson as well"
        ),
    }
}

/// Whom the account of that name is.
async fn viewer(store: Option<&Store>, name: &str) -> Result<Viewer> {
    let unknown = || anyhow!("there is no account \"{name}\"");
    let (store, login) = (store.ok_or_else(unknown)?, LoginName::parse(name).ok());
    let account = store.account_named(&login.ok_or_else(unknown)?).await?.ok_or_else(unknown)?;
    account_viewer(store, account)
        .await?
        .ok_or_else(|| anyhow!("the account \"{name}\" is disabled"))
}

/// The service over the sources and dashboards of the configuration.
async fn service(
    settings: &Settings,
    shared: &SharedArguments,
    store: Option<&Store>,
) -> Result<EngineService> {
    let clock = shared.clock()?;
    let engine = assembly::engine(settings, assembly::sources(settings)?, &clock)?;
    if let Some(store) = store {
        // How long what is loaded may be shown, as the administrators have set.
        cache_settings::apply(store, &engine).await?;
    }
    Ok(EngineService::new(Arc::new(engine), clock))
}

/// Writes a file; until it is complete, what was there stays.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().with_context(|| format!("{} is no file", path.display()))?;
    let mut part = name.to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(part);
    let written = File::create_new(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    });
    if written.is_err() {
        // What cannot be removed was not made.
        std::fs::remove_file(&part).ok();
    }
    written.with_context(|| format!("writing {}", path.display()))
}

fn said(problem: Problem) -> anyhow::Error {
    anyhow!("{}", problem.detail())
}
