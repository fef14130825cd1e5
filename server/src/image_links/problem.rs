//! What can go wrong with the address of an image: its kinds of [`Problem`].

use crate::http::problem::{Kind, Problem};
use http::StatusCode;

/// Every kind, in the order of their statuses.
pub const KINDS: [Kind; 3] = [NO_IMAGE, IMAGE_ENDED, IMAGE_NOT_KNOWN];

const NO_IMAGE: Kind = Kind {
    name: "no-image",
    title: "No such image",
    status: StatusCode::NOT_FOUND,
    advice: "Use the address as it was made; whoever looks after the dashboard can make another one.",
    retry_after: None,
};

const IMAGE_ENDED: Kind = Kind {
    name: "image-ended",
    title: "The image's address has ended",
    status: StatusCode::GONE,
    advice: "Ask whoever looks after the dashboard for another address.",
    retry_after: None,
};

const IMAGE_NOT_KNOWN: Kind = Kind {
    name: "image-not-known",
    title: "The image's key cannot be read",
    status: StatusCode::SERVICE_UNAVAILABLE,
    advice: "Try again when `Retry-After` says.",
    retry_after: Some(2),
};

/// There is no such image, or nobody signed its address.
pub(super) fn no_image() -> Problem {
    Problem::new(
        &NO_IMAGE,
        "This is not the address of an image, or it was changed after it was signed.",
    )
}

/// The address was signed for a time that is over.
pub(super) fn expired() -> Problem {
    Problem::new(&IMAGE_ENDED, "This address has expired.")
}

/// The key that signed it has ended.
pub(super) fn key_ended() -> Problem {
    Problem::new(
        &IMAGE_ENDED,
        "The key that signed this address has expired, or whoever made it no longer looks after the dashboard.",
    )
}

/// The store does not say which key it is.
pub(super) fn not_readable() -> Problem {
    Problem::new(&IMAGE_NOT_KNOWN, "Brisk cannot read the key of this address at the moment.")
}
