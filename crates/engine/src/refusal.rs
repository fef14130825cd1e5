//! Why a panel is not even asked for, in sentences for readers.

use brisk_domain::{FailureKind, PanelError, SourceName};
use brisk_source::StatementError;

pub(crate) fn unknown(source: &SourceName) -> PanelError {
    let message = format!("Source \"{source}\" is not declared. Add it to the configuration.");
    unfit(message)
}

pub(crate) fn refused(error: &StatementError) -> PanelError {
    if let Some(attribute) = &error.lacks {
        let message = format!(
            "This panel shows what your \"{attribute}\" may see, and your account has none. \
             Ask an administrator."
        );
        return PanelError { message, retry: false, kind: FailureKind::Forbidden };
    }
    unfit(error.to_string())
}

/// What the dashboard's file says cannot be done.
pub(crate) fn unfit(message: String) -> PanelError {
    PanelError { message, retry: false, kind: FailureKind::Definition }
}
