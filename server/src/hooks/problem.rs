//! What can be wrong with a delivery: its kinds of [`Problem`], beside those of the API.

use crate::http::problem::{Kind, Problem};
use brisk_cache::NotRecorded;
use brisk_domain::sentence::sentence;
use brisk_signature::Refused;
use http::StatusCode;

/// Every kind, in the order of their statuses.
pub const KINDS: [Kind; 10] = [
    BAD_DELIVERY,
    BAD_SIGNATURE,
    NOT_ALLOWED,
    OFF,
    UNKNOWN,
    METHOD,
    TOO_LONG,
    TOO_MANY,
    NOT_RECORDED,
    BUSY,
];

const BAD_DELIVERY: Kind = Kind {
    name: "bad-delivery",
    title: "The delivery's body is wrong",
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
    title: "The sender may not invalidate this tag",
    status: StatusCode::FORBIDDEN,
    advice: "Add the tag to the webhook's `allow`, or give the token the scope; or send with another.",
    retry_after: None,
};

const OFF: Kind = Kind {
    name: "webhook-off",
    title: "The webhook is switched off",
    status: StatusCode::FORBIDDEN,
    advice: "Have it switched on at `/admin/invalidation`.",
    retry_after: None,
};

const TOO_MANY: Kind = Kind {
    name: "too-many-deliveries",
    title: "Too many deliveries",
    status: StatusCode::TOO_MANY_REQUESTS,
    advice: "Send the same delivery again when `Retry-After` says, or several tags in one.",
    retry_after: Some(60),
};

const BUSY: Kind = Kind {
    name: "busy-with-deliveries",
    title: "Busy with other long deliveries",
    status: StatusCode::SERVICE_UNAVAILABLE,
    advice: "Send the same delivery again when `Retry-After` says.",
    retry_after: Some(5),
};

const UNKNOWN: Kind = Kind {
    name: "unknown-webhook",
    title: "There is no such webhook",
    status: StatusCode::NOT_FOUND,
    advice: "Webhooks are made at `/admin/invalidation`, or declared as `[webhook.NAME]` in the \
             configuration.",
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
    title: "The delivery's body is too long",
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

/// Who sends a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    /// The holder of the webhook's secret.
    Webhook,
    /// Somebody who has signed in, or has a token.
    Account,
}

/// The sender may not invalidate `tags`.
pub(super) fn not_allowed(sender: Sender, tags: &[String]) -> Problem {
    let sender = match sender {
        Sender::Webhook => "This webhook",
        Sender::Account => "Your account, or its token,",
    };
    let named = tags.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = match tags.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Problem::new(&NOT_ALLOWED, format!("{sender} may not invalidate {named}{more}."))
}

/// How many tags a problem names.
const NAMED: usize = 10;

/// It is switched off.
pub(super) fn off() -> Problem {
    Problem::new(&OFF, "This webhook is switched off: nothing was invalidated.")
}

/// There were more than `most` in this minute, of which so many seconds are left.
pub(super) fn too_many(most: u32, seconds: u32) -> Problem {
    let detail = format!("This webhook takes {most} deliveries a minute from each replica.");
    Problem::new(&TOO_MANY, detail).after(seconds)
}

/// Too many long bodies arrive at this moment.
pub(super) fn busy() -> Problem {
    Problem::new(&BUSY, "Too many long deliveries arrive at the same time.")
}

/// It is compressed.
pub(super) fn packed(encoding: &str) -> Problem {
    let encoding: String = encoding.chars().take(40).collect();
    let message = format!(
        "the body is encoded ({encoding}), and is not unpacked here: send it as it is, and sign that"
    );
    bad_delivery(&message)
}

/// There is no webhook of that name.
pub(super) fn unknown() -> Problem {
    Problem::new(&UNKNOWN, "This server declares no such webhook.")
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
    tracing::warn!(%error, "a delivery's invalidation is not recorded");
    Problem::new(
        &NOT_RECORDED,
        "The shared cache did not record the invalidation, so older values may still be shown. \
         Send the delivery again.",
    )
}
