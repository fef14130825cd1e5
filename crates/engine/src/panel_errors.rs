//! Why a panel cannot be queried at all, in sentences for readers.

use brisk_domain::{FailureKind, PanelError, SourceName};
use brisk_source::StatementError;

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
    definition_error(error.to_string())
}

/// A mistake in the dashboard's file.
pub(crate) fn definition_error(message: String) -> PanelError {
    PanelError { message, retry: false, kind: FailureKind::Definition }
}
