//! Data of the page "API".

use brisk_domain::Dashboard;
use std::sync::Arc;

/// The operations of the API, to be tried.
#[derive(Debug)]
pub struct ApiPage {
    /// What the API is, with code in backticks.
    pub about: &'static str,
    /// Its operations.
    pub operations: Vec<ApiOperation>,
    /// What can go wrong.
    pub problems: Vec<ApiProblem>,
    /// The dashboards to choose from.
    pub dashboards: Vec<Arc<Dashboard>>,
}

/// A page to try queries in GraphQL.
#[derive(Debug)]
pub struct PlaygroundPage {
    /// The query that it begins with.
    pub query: String,
    /// The schema, in its own language.
    pub schema: String,
}

/// One operation.
#[derive(Debug)]
pub struct ApiOperation {
    /// Its name.
    pub id: &'static str,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    /// A few words.
    pub title: &'static str,
    /// Paragraphs, with code in backticks.
    pub about: &'static str,
    /// Its parameters.
    pub fields: Vec<ApiField>,
    /// An example request, where a form cannot send one: the operation changes something, for
    /// programs.
    pub example: Option<String>,
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct ApiField {
    /// The parameter.
    pub name: &'static str,
    /// A sentence, with code in backticks.
    pub about: &'static str,
    /// How it is filled in.
    pub kind: FieldKind,
}

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One of the dashboards.
    Dashboard,
    /// One of the panels: the dashboard's name, a slash, the panel's.
    Panel,
    /// A range's word.
    Range,
    /// A day.
    Day,
    /// An interval.
    Interval,
    /// A whole number.
    Number,
    /// Any text, such as this.
    Text(&'static str),
}

/// A kind of problem.
#[derive(Debug)]
pub struct ApiProblem {
    /// Its name.
    pub name: &'static str,
    /// The status of the response.
    pub status: u16,
    /// A few words.
    pub title: &'static str,
    /// What to do.
    pub advice: &'static str,
}
