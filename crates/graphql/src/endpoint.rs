//! [`Endpoint`]: from a request to its answer.

use crate::answer::Answer;
use crate::backend::Backend;
use crate::budget::Budget;
use crate::gathering::{Driver, Gathering};
use crate::limits::Limits;
use crate::order::ordered;
use crate::persisted::{Hash, Persisted};
use crate::problem::{INVALID, Problem, short};
use crate::request::{PersistedQuery, Request};
use crate::schema::{BriskSchema, Mutation, Query, Subscription};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
};
use async_graphql::{Response, Schema, Variables};
use futures::StreamExt;
use futures::future::poll_fn;
use futures::stream::{self, BoxStream};
use std::pin::pin;
use std::sync::Arc;

/// The schema with its limits, and the queries that were sent lately.
pub struct Endpoint {
    schema: BriskSchema,
    limits: Limits,
    persisted: Persisted,
}

/// Bytes of queries that are kept by their hash.
const PERSISTED: u64 = 4 << 20;

/// How a request was sent, and by whom.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Whether it may only read: it was sent with GET.
    pub is_read: bool,
    /// Whether it is answered as a stream of events.
    pub is_stream: bool,
    /// Whether its sender may see the schema, or the problem that they may not.
    pub sees_schema: Result<(), Problem>,
    /// Whether its query is kept by its hash.
    pub is_kept: bool,
}

/// A request that is small enough to be executed.
pub struct Prepared {
    request: async_graphql::Request,
    document: ExecutableDocument,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self::with_limits(Limits::default())
    }
}

impl Endpoint {
    /// With these limits.
    pub fn with_limits(limits: Limits) -> Self {
        let schema = Schema::build(Query, Mutation, Subscription);
        let schema = schema.limit_complexity(limits.cost).finish();
        Self { schema, limits, persisted: Persisted::of_bytes(PERSISTED) }
    }

    /// The schema, in its own language.
    pub fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// Checks a request before anything of it is executed.
    pub fn prepare(&self, request: Request, sent: &Sent) -> Result<Prepared, Box<Answer>> {
        let Request { query, operation_name, variables, extensions } = request;
        let hash = extensions.and_then(|extensions| extensions.persisted_query);
        let hash = hash.map(hash_of).transpose().map_err(refused)?;
        let query: Arc<str> = match (query, &hash) {
            (Some(query), _) => query.into(),
            (None, Some(hash)) => {
                self.persisted.get(hash).ok_or_else(|| Box::new(Answer::not_persisted()))?
            }
            (None, None) => {
                let problem = Problem::new(&INVALID, "The request has no `query`.");
                return Err(refused(problem));
            }
        };
        let prepared = self.checked(&query, operation_name, variables, hash.as_ref(), sent);
        let prepared = prepared.map_err(refused)?;
        if let (Some(hash), true) = (hash, sent.is_kept) {
            self.persisted.keep(hash, &query);
        }
        Ok(prepared)
    }

    fn checked(
        &self,
        query: &str,
        operation_name: Option<String>,
        variables: Option<serde_json::Map<String, serde_json::Value>>,
        hash: Option<&Hash>,
        sent: &Sent,
    ) -> Result<Prepared, Problem> {
        self.limits.text(query)?;
        if hash.is_some_and(|hash| !hash.is_of(query)) {
            return Err(Problem::new(&INVALID, "`sha256Hash` is not that of the query."));
        }
        let document = parse_query(query).map_err(|error| {
            let said: String = error.to_string().chars().take(500).collect();
            Problem::new(&INVALID, format!("The query cannot be read: {said}"))
        })?;
        if self.limits.document(&document)? {
            sent.sees_schema.clone()?;
        }
        let operation = operation(&document, operation_name.as_deref())?;
        allowed(operation, sent)?;
        let variables = variables.map(serde_json::Value::Object).unwrap_or_default();
        let bytes = serde_json::to_vec(&variables).map_or(usize::MAX, |json| json.len());
        self.limits.variables(bytes)?;
        let mut request = async_graphql::Request::new(query);
        request = request.variables(Variables::from_json(variables));
        request.operation_name = operation_name;
        request.set_parsed_query(document.clone());
        Ok(Prepared { request, document })
    }

    /// Executes a request.
    pub async fn execute(&self, prepared: Prepared, backend: Arc<dyn Backend>) -> Answer {
        let Prepared { request, document } = prepared;
        let name = request.operation_name.clone();
        let (request, mut driver) = self.given(request, backend);
        let mut response = pin!(self.schema.execute(request));
        let response = poll_fn(|context| driver.poll(context, |c| response.as_mut().poll(c))).await;
        Answer::of(in_order(response, &document, name.as_deref()), &self.limits)
    }

    /// Executes a request whose answer is a stream: of one answer, but for subscriptions.
    pub fn follow(
        &self,
        prepared: Prepared,
        backend: Arc<dyn Backend>,
    ) -> BoxStream<'static, Answer> {
        let Prepared { request, document } = prepared;
        let name = request.operation_name.clone();
        let (request, mut driver) = self.given(request, backend);
        let (limits, mut responses) = (self.limits, self.schema.execute_stream(request).boxed());
        let driven =
            stream::poll_fn(move |context| driver.poll(context, |c| responses.poll_next_unpin(c)));
        let in_order = move |response| in_order(response, &document, name.as_deref());
        driven.map(move |response| Answer::of(in_order(response), &limits)).boxed()
    }

    fn given(
        &self,
        request: async_graphql::Request,
        backend: Arc<dyn Backend>,
    ) -> (async_graphql::Request, Driver) {
        let gathering = Arc::new(Gathering::new(Arc::clone(&backend), self.limits.views));
        let request = request.data(backend).data(Arc::clone(&gathering));
        (request.data(Budget::new(self.limits.cells)), Driver::new(gathering))
    }
}

fn refused(problem: Problem) -> Box<Answer> {
    Box::new(Answer::refused(problem))
}

fn hash_of(persisted: PersistedQuery) -> Result<Hash, Problem> {
    match persisted.version {
        1 => Hash::parse(&persisted.sha256_hash),
        _ => Err(Problem::new(&INVALID, "`persistedQuery` has version 1 here.")),
    }
}

fn in_order(mut response: Response, document: &ExecutableDocument, name: Option<&str>) -> Response {
    if let Ok(operation) = operation(document, name) {
        response.data = ordered(std::mem::take(&mut response.data), operation, document);
    }
    response
}

/// The operation that runs.
fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Problem> {
    let found = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Multiple(named), Some(name)) => named.get(name),
        (DocumentOperations::Multiple(named), None) if named.len() == 1 => named.values().next(),
        (_, _) => None,
    };
    found.map(|operation| &operation.node).ok_or_else(|| match name {
        Some(name) => {
            Problem::new(&INVALID, format!("The query has no operation \"{}\".", short(name)))
        }
        None => {
            Problem::new(&INVALID, "`operationName` has to name one of the query's operations.")
        }
    })
}

/// Whether an operation may be sent in this way.
fn allowed(operation: &OperationDefinition, sent: &Sent) -> Result<(), Problem> {
    match operation.ty {
        OperationType::Query => Ok(()),
        OperationType::Mutation if sent.is_read => {
            Err(Problem::only_post("A mutation changes something. Send it with POST."))
        }
        OperationType::Mutation => Ok(()),
        OperationType::Subscription if !sent.is_stream => {
            let detail =
                "A subscription is answered as a stream: send `Accept: text/event-stream`.";
            Err(Problem::new(&INVALID, detail))
        }
        OperationType::Subscription => {
            let items = operation.selection_set.node.items.as_slice();
            match items {
                [one] if matches!(one.node, Selection::Field(_)) => Ok(()),
                _ => {
                    let detail = "A subscription has one field, outside of fragments.";
                    Err(Problem::new(&INVALID, detail))
                }
            }
        }
    }
}
