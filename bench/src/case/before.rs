//! **The program before**: what a competent team in a hurry writes. Twenty endpoints of JSON over one
//! connection, each running its statement over the raw tables when it is asked, and further ones for each
//! row; nothing is cached. `brisk-bench before` runs it as a process of its own.

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Map, Value};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

const STATEMENTS: &str = include_str!("../../case/before.sql");

/// A row of an answer.
pub(super) type Row = Map<String, Value>;

struct Before {
    /// The only one: who comes second waits.
    connection: Mutex<PgConnection>,
    endpoints: BTreeMap<String, Endpoint>,
}

/// A panel's statements.
#[derive(Default)]
struct Endpoint {
    statement: Statement,
    by_row: Vec<Statement>,
}

/// A statement with its parameters in the order of their numbers.
#[derive(Default)]
struct Statement {
    sql: String,
    parameters: Vec<Parameter>,
}

#[derive(PartialEq)]
enum Parameter {
    From,
    To,
    Countries,
    OfRow(String),
}

/// Serves until it is killed.
pub async fn serve(listen: &str, database: &str) -> Result<()> {
    let mut connection = PgConnection::connect(database).await?;
    connection.execute("set timezone = 'UTC'").await?;
    let before = Before { connection: Mutex::new(connection), endpoints: endpoints()? };
    let app = Router::new().route("/api/{panel}", get(answer)).with_state(Arc::new(before));
    Ok(axum::serve(TcpListener::bind(listen).await?, app).await?)
}

fn endpoints() -> Result<BTreeMap<String, Endpoint>> {
    let mut endpoints: BTreeMap<String, Endpoint> = BTreeMap::new();
    let statements = STATEMENTS.split("-- ").filter(|part| part.contains("select"));
    for part in statements {
        let (name, sql) = part.split_once('\n').context("a statement without a name")?;
        let statement = Statement::parse(sql.trim().trim_end_matches(';'))?;
        match name.split_once(" / ") {
            Some((panel, _)) => {
                endpoints.entry(panel.into()).or_default().by_row.push(statement);
            }
            None => endpoints.entry(name.into()).or_default().statement = statement,
        }
    }
    Ok(endpoints)
}

impl Statement {
    /// Numbers the parameters, and has each row returned as JSON.
    fn parse(text: &str) -> Result<Self> {
        let mut statement = Self::default();
        let mut sql = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(':') {
            let (start, end) = rest.split_at(at);
            sql.push_str(start);
            if let Some(cast) = end.strip_prefix("::") {
                sql.push_str("::");
                rest = cast;
                continue;
            }
            let name = end[1..].split(|c: char| !(c.is_alphanumeric() || "._".contains(c))).next();
            let name = name.unwrap_or_default();
            let parameter = match name {
                "from" => Parameter::From,
                "to" => Parameter::To,
                "countries" => Parameter::Countries,
                _ => match name.strip_prefix("row.") {
                    Some(column) => Parameter::OfRow(column.into()),
                    None => bail!("there is no parameter `{name}`"),
                },
            };
            let known = statement.parameters.iter().position(|other| *other == parameter);
            let number = known.unwrap_or_else(|| {
                statement.parameters.push(parameter);
                statement.parameters.len() - 1
            });
            sql.push_str(&format!("${}", number + 1));
            rest = &end[1 + name.len()..];
        }
        statement.sql = format!("select to_json(t)::text from ({sql}{rest}) t");
        Ok(statement)
    }
}

struct Range {
    from: f64,
    to: f64,
    countries: Option<Vec<String>>,
}

async fn answer(
    State(before): State<Arc<Before>>,
    Path(panel): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    match rows(&before, &panel, &query).await {
        Ok(rows) => axum::Json(rows).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}

async fn rows(before: &Before, panel: &str, query: &[(String, String)]) -> Result<Vec<Row>> {
    let endpoint = before.endpoints.get(panel).context("no such panel")?;
    let value = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let number = |name: &str| anyhow::Ok(value(name).context("a range")?.parse::<f64>()?);
    let countries = query.iter().filter(|(name, _)| name == "country").map(|(_, v)| v.clone());
    let countries: Vec<String> = countries.collect();
    let countries = (!countries.is_empty()).then_some(countries);
    let range = Range { from: number("from")?, to: number("to")?, countries };
    let mut connection = before.connection.lock().await;
    let mut rows = run(&mut connection, &endpoint.statement, &range, &Row::new()).await?;
    for row in &mut rows {
        for statement in &endpoint.by_row {
            let more = run(&mut connection, statement, &range, row).await?;
            row.extend(more.into_iter().next().unwrap_or_default());
        }
    }
    Ok(rows)
}

async fn run(
    connection: &mut PgConnection,
    statement: &Statement,
    range: &Range,
    row: &Row,
) -> Result<Vec<Row>> {
    let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(statement.sql.clone()));
    for parameter in &statement.parameters {
        query = match parameter {
            Parameter::From => query.bind(range.from),
            Parameter::To => query.bind(range.to),
            Parameter::Countries => query.bind(range.countries.clone()),
            Parameter::OfRow(column) => query.bind(row.get(column).and_then(Value::as_str)),
        };
    }
    let texts = query.fetch_all(connection).await?;
    texts.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
}
