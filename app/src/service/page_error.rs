//! Why there is no page.

use brisk_domain::Slug;

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageError {
    /// Nothing is there.
    NotFound(String),
    /// The parameters make no view; with where to go instead.
    BadRequest(String, Slug),
    /// Too much is being drawn.
    Busy,
    /// The client asks for more than its share of what has to be loaded.
    TooMany {
        /// Of what.
        what: Exceeded,
        /// After how many seconds it may come back.
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

/// Of what too much is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    /// Of views that have to be loaded, from an address.
    Views,
    /// Of these, by an account.
    AccountViews,
    /// Of views that are loaded again, by an account.
    Refreshes,
    /// Of open pages, by an account.
    Streams,
    /// Of requests of the API, by an account.
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
