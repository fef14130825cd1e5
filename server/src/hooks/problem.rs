//! What can be wrong with a delivery: its kinds of [`Problem`], beside those of the API.

use super::signature::Refused;
use crate::http::problem::{Kind, Problem};
use brisk_cache::NotRecorded;
use brisk_domain::sentence::sentence;
use http::StatusCode;

/// Every kind, in the order of their statuses.
pub const KINDS: [Kind; 7] =
    [BAD_DELIVERY, BAD_SIGNATURE, NOT_ALLOWED, UNKNOWN, METHOD, TOO_LONG, NOT_RECORDED];

const BAD_DELIVERY: Kind = Kind {
    name: "bad-delivery",
    title: "The webhook's body is wrong",
    status: StatusCode::BAD_REQUEST,
    advice: "Change the body as the detail says; sending the same again does not help.",
    retry_after: None,
};

const BAD_SIGNATURE: Kind = Kind {
    name: "bad-signature",
    title: "The webhook's signature is wrong",
    status: StatusCode::UNAUTHORIZED,
    advice: "Sign with the webhook's current secret, as the Standard Webhooks specification says.",
    retry_after: None,
};

const NOT_ALLOWED: Kind = Kind {
    name: "tag-not-allowed",
    title: "Not for this webhook",
    status: StatusCode::FORBIDDEN,
    advice: "Add the tag to the webhook's `allow`, or use another webhook.",
    retry_after: None,
};

const UNKNOWN: Kind = Kind {
    name: "unknown-webhook",
    title: "There is no such webhook",
    status: StatusCode::NOT_FOUND,
    advice: "Webhooks are declared as `[webhook.NAME]` in the server's configuration.",
    retry_after: None,
};

const METHOD: Kind = Kind {
    name: "webhook-method",
    title: "A webhook is sent with POST",
    status: StatusCode::METHOD_NOT_ALLOWED,
    advice: "Use `POST`.",
    retry_after: None,
};

const TOO_LONG: Kind = Kind {
    name: "too-long",
    title: "The webhook's body is too long",
    status: StatusCode::PAYLOAD_TOO_LARGE,
    advice: "Send several deliveries, or invalidate the whole source.",
    retry_after: None,
};

const NOT_RECORDED: Kind = Kind {
    name: "not-recorded",
    title: "The invalidation is not recorded",
    status: StatusCode::SERVICE_UNAVAILABLE,
    advice: "Send the same delivery again when `Retry-After` says.",
    retry_after: Some(5),
};

/// The body is not valid: `message` says why.
pub(super) fn bad_delivery(message: &str) -> Problem {
    Problem::new(&BAD_DELIVERY, sentence(message))
}

/// The sender does not have the secret, or made a mistake.
pub(super) fn bad_signature(refused: &Refused) -> Problem {
    Problem::new(&BAD_SIGNATURE, sentence(&refused.to_string()))
}

/// The webhook may not invalidate `tags`.
pub(super) fn not_allowed(tags: &[String]) -> Problem {
    let detail = format!("This webhook may not invalidate {}.", tags.join(", "));
    Problem::new(&NOT_ALLOWED, detail)
}

/// There is no webhook of that name.
pub(super) fn unknown() -> Problem {
    Problem::new(&UNKNOWN, "The configuration of this server declares no such webhook.")
}

/// It was not sent with POST.
pub(super) fn only_post() -> Problem {
    Problem::new(&METHOD, "This address takes signed deliveries, with POST.")
}

/// The body has more than `most` bytes, or did not arrive completely.
pub(super) fn too_long(most: usize) -> Problem {
    let detail = format!("A delivery has at most {} KiB.", most / 1024);
    Problem::new(&TOO_LONG, detail)
}

/// Older values may still be shown as current.
pub(super) fn not_recorded(error: &NotRecorded) -> Problem {
    tracing::warn!(%error, "a webhook's invalidation is not recorded");
    Problem::new(
        &NOT_RECORDED,
        "The shared cache did not record the invalidation, so older values may still be shown. \
         Send the delivery again.",
    )
}
