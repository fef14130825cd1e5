//! How failures are shown to readers: a database's own messages, which may name its tables and hold its
//! data, are for those who look after the dashboard.

use brisk_domain::{FailureKind, PanelError};

/// An error in words for somebody who may look behind the dashboard, or may not.
pub(crate) fn told(looks_behind: bool, error: PanelError) -> PanelError {
    use FailureKind::{
        Busy, Definition, Forbidden, Interrupted, Refused, Timeout, TooLarge, Unavailable, Value,
    };
    if looks_behind {
        return error;
    }
    let words = match error.kind {
        // Brisk's own words about the reader's rights, or a wait.
        Forbidden | Busy | Timeout => return error,
        Value => "One of the chosen values is not what this panel takes.",
        Definition => "This panel is not set up right. Who looks after the dashboard sees why.",
        Refused => "The database refused to answer. Who looks after the dashboard sees why.",
        TooLarge => "There is more here than a panel can show. Choose a shorter range.",
        Unavailable => "The database does not answer at the moment.",
        Interrupted => "This panel could not be loaded. Try again.",
    };
    PanelError { message: words.to_owned(), ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_own_words_are_for_those_who_look_behind() {
        let own = || PanelError {
            message: "relation \"salaries\" does not exist".into(),
            retry: false,
            kind: FailureKind::Refused,
        };
        assert_eq!(told(true, own()), own());
        let told = told(false, own());
        assert!(!told.message.contains("salaries"));
        assert_eq!((told.kind, told.retry), (FailureKind::Refused, false));
    }
}
