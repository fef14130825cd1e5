//! [`PageError`]: why there is no page, and the [`ErrorPage`] that says so.

use brisk_domain::Slug;

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageError {
    /// Nothing is there.
    NotFound(String),
    /// The parameters are invalid, and the dashboard to go to instead.
    BadRequest(String, Slug),
    /// Too much is being drawn.
    Busy,
    /// The client asks for more than its share of what has to be loaded.
    TooMany {
        /// Of which kind.
        what: Exceeded,
        /// After how many seconds it may retry.
        retry_after: u32,
    },
}

impl PageError {
    /// What is wrong and what to do.
    pub fn message(&self) -> String {
        match self {
            Self::NotFound(message) | Self::BadRequest(message, _) => message.clone(),
            Self::Busy => "Too many pages are being drawn. Try again in a moment.".to_owned(),
            Self::TooMany { what, retry_after } => {
                format!("{} Try again in {retry_after} s.", what.sentence())
            }
        }
    }
}

/// Which limit is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    /// Views that have to be loaded, by an address.
    Views,
    /// The same, by an account.
    AccountViews,
    /// Views that are loaded again, by an account.
    Refreshes,
    /// Open pages, by an account.
    Streams,
    /// Requests to the API, by an account.
    Requests,
}

impl Exceeded {
    fn sentence(self) -> &'static str {
        match self {
            Self::Views => {
                "Too many different views that have to be loaded were opened from your address."
            }
            Self::AccountViews => {
                "Too many different views that have to be loaded were opened with your account."
            }
            Self::Refreshes => "Too many views were loaded again with your account.",
            Self::Streams => "Too many pages are open with your account: close some.",
            Self::Requests => "Too many requests were sent with your account or its tokens.",
        }
    }
}

/// An error page.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    /// The status of the response.
    pub status: u16,
    /// A few words.
    pub title: String,
    /// What happened and what to do.
    pub message: String,
    /// Where to go: address and words.
    pub link: (String, String),
}
