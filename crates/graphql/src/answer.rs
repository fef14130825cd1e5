//! [`Answer`]: what a request is answered with.

use crate::limits::Limits;
use crate::problem::{INVALID, Problem, TOO_COSTLY};
use async_graphql::{Error, ErrorExtensionValues, Response, ServerError};

/// An answer: `data` and `errors`.
#[derive(Debug)]
pub struct Answer {
    response: Response,
    /// The status of an HTTP response with it: what was executed is 200, whatever became of it.
    pub status: u16,
    /// After how many seconds trying again may help, where nothing was executed.
    pub retry_after: Option<u32>,
}

/// The most characters of a message, which may quote the query.
const LONGEST_SAID: usize = 500;

/// What the executor says of a query that costs more than its limit.
const COSTLY: &str = "Query is too complex.";

impl Answer {
    /// Of a request that was not executed.
    pub fn refused(problem: Problem) -> Self {
        let (status, retry_after) = (problem.status, problem.retry_after);
        let error = Error::from(problem);
        let error = ServerError {
            message: error.message,
            source: None,
            locations: Vec::new(),
            path: Vec::new(),
            extensions: error.extensions,
        };
        Self { response: Response::from_errors(vec![error]), status, retry_after }
    }

    /// Of a hash whose query is not known: the client sends it again, with the query. Words and status are those
    /// that clients of the protocol wait for.
    pub(crate) fn not_persisted() -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", "PERSISTED_QUERY_NOT_FOUND");
        let mut error = ServerError::new("PersistedQueryNotFound", None);
        error.extensions = Some(extensions);
        Self { response: Response::from_errors(vec![error]), status: 200, retry_after: None }
    }

    /// Of a request that was executed, or was not valid.
    pub(crate) fn of(mut response: Response, limits: &Limits) -> Self {
        response.errors.truncate(limits.errors);
        let mut status = 200;
        for error in &mut response.errors {
            if has_code(error) {
                continue;
            }
            let kind = if error.message == COSTLY { &TOO_COSTLY } else { &INVALID };
            let problem = match error.message == COSTLY {
                true => limits.too_costly(),
                false => {
                    Problem::new(kind, error.message.chars().take(LONGEST_SAID).collect::<String>())
                }
            };
            // The executor found it before it executed anything.
            if error.path.is_empty() {
                status = kind.status;
            }
            let words = Error::from(problem);
            (error.message, error.extensions) = (words.message, words.extensions);
        }
        Self { response, status, retry_after: None }
    }

    /// Whether there are no errors.
    pub fn is_whole(&self) -> bool {
        self.response.errors.is_empty()
    }

    /// As JSON.
    pub fn json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.response).unwrap_or_else(|_| {
            br#"{"data":null,"errors":[{"message":"The answer could not be written. Try again."}]}"#.to_vec()
        })
    }
}

fn has_code(error: &ServerError) -> bool {
    error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some())
}
