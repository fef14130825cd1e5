//! Errors of panels that cannot be queried at all, as sentences for readers.

use brisk_domain::{FailureKind, PanelError, SourceName};
use brisk_source::StatementError;

/// How many characters of a wrong value are repeated.
const LONGEST_VALUE: usize = 80;

pub(crate) fn unknown_source(source: &SourceName) -> PanelError {
    let message = format!("Source \"{source}\" is not declared. Add it to the configuration.");
    definition_error(message)
}

pub(crate) fn statement_error(error: &StatementError) -> PanelError {
    if let Some(attribute) = &error.lacks {
        let message = format!(
            "This panel shows what your \"{attribute}\" may see, and your account has none. \
             Ask an administrator."
        );
        return PanelError { message, retry: false, kind: FailureKind::Forbidden };
    }
    if let Some(attribute) = &error.unfit {
        return unfit_attribute(attribute, &error.message);
    }
    if let Some(value) = &error.value {
        return value_error(&error.message, value);
    }
    definition_error(error.to_string())
}

/// An attribute of the reader that is not of the type the statement needs; `message` says so, beginning
/// with its name. Its value is never shown.
pub(crate) fn unfit_attribute(attribute: &str, message: &str) -> PanelError {
    let parameter = format!(":user.{attribute} ");
    let why = message.strip_prefix(parameter.as_str()).unwrap_or(message);
    let message = format!(
        "This panel shows what your \"{attribute}\" may see, and what your account has there {why}. \
         Ask an administrator."
    );
    PanelError { message, retry: false, kind: FailureKind::Forbidden }
}

/// A chosen value that is not of the type the statement needs, as `message` says.
pub(crate) fn value_error(message: &str, value: &str) -> PanelError {
    let shown: String = value.chars().take(LONGEST_VALUE).collect();
    let more = if shown.len() < value.len() { "…" } else { "" };
    let message = format!("{message}: it is \"{shown}{more}\"");
    PanelError { message, retry: false, kind: FailureKind::Value }
}

/// A mistake in the dashboard's file.
pub(crate) fn definition_error(message: String) -> PanelError {
    PanelError { message, retry: false, kind: FailureKind::Definition }
}
