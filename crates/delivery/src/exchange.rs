//! One request that hands a message over, and what its answer says about it.

use crate::outcome::Outcome;
use crate::secret::Secret;
use brisk_domain::{Clock, Timestamp};
use brisk_outgoing::{Client, Failure, Reached, Request, Target, Unanswered};
use bytes::Bytes;
use chrono::DateTime;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use url::{Position, Url};

/// The longest that a receiver is left alone when it wants to be.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// Whoever gets messages over HTTP. Its address is as good as a password: who knows it may post there.
pub(crate) struct Destination {
    client: Arc<Client>,
    clock: Arc<dyn Clock>,
    target: Target,
    /// Path and query, as a receiver could repeat them.
    secret: Option<String>,
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Destination({}/…)", self.target.origin())
    }
}

impl Destination {
    pub(crate) fn new(
        client: Arc<Client>,
        clock: Arc<dyn Clock>,
        address: &Secret,
    ) -> Result<Self, Failure> {
        let target = Target::parse(address.expose())?;
        let path = Url::parse(address.expose()).ok();
        let path = path.map(|url| url[Position::BeforePath..Position::AfterQuery].to_owned());
        Ok(Self { client, clock, target, secret: path.filter(|path| path.len() > 1) })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A request that brings JSON there.
    pub(crate) fn request(&self, json: String) -> Request {
        Request::post(self.target.clone(), json)
            .with(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// Sends the request that hands a message over; once.
    pub(crate) async fn hand_over(&self, request: Request) -> Outcome {
        match self.client.send_once(request).await {
            Ok(answer) => self.said(&answer),
            Err(Unanswered { failure, reached: Reached::Nobody }) => Outcome::not_sent(failure),
            Err(Unanswered { failure, reached: Reached::Sent }) => Outcome::unknown(format_args!(
                "the message was sent, but not what became of it: {failure}"
            )),
            Err(Unanswered { failure, reached: Reached::Answered(status) }) => {
                judged(status, format!("{status}: {failure}"), None)
            }
        }
    }

    fn said(&self, answer: &Response<Bytes>) -> Outcome {
        let text = String::from_utf8_lossy(&answer.body()[..answer.body().len().min(2000)]);
        let text = match (&self.secret, text.trim()) {
            // A page of HTML says nothing in a log.
            (_, text) if text.starts_with('<') => String::new(),
            (Some(secret), text) => text.replace(secret, "…"),
            (None, text) => text.to_owned(),
        };
        let status = answer.status();
        let why = if text.is_empty() { status.to_string() } else { format!("{status}: {text}") };
        judged(status, why, pause(answer.headers(), self.now()))
    }
}

/// What a status says. Receivers that took the message say so; a gateway that got no answer cannot tell.
fn judged(status: StatusCode, why: String, after: Option<Duration>) -> Outcome {
    match status.as_u16() {
        200..300 => Outcome::Accepted,
        502 | 504 => {
            Outcome::unknown(format_args!("a gateway does not know what became of it: {why}"))
        }
        408 | 425 | 429 | 500.. => match Outcome::not_sent(why) {
            Outcome::NotSent { why, .. } => Outcome::NotSent { why, after },
            other => other,
        },
        _ => Outcome::refused(why),
    }
}

/// How long `Retry-After` wants to wait: seconds, or until a date.
fn pause(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match text.parse::<f64>() {
        Ok(seconds) if seconds.is_finite() => {
            Duration::try_from_secs_f64(seconds.ceil().max(0.0)).unwrap_or(LONGEST_PAUSE)
        }
        _ => {
            let date = DateTime::parse_from_rfc2822(text).ok()?;
            Timestamp::from_seconds(date.timestamp()).since(now)
        }
    };
    Some(pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_a_number_or_a_date_and_never_forever() {
        let now = Timestamp::from_seconds(1_796_018_405);
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            pause(&headers, now).map(|pause| pause.as_secs())
        };
        for (text, seconds) in [
            ("30", Some(30)),
            (" 0 ", Some(0)),
            ("0.65", Some(1)),
            ("-5", Some(0)),
            ("1e300", Some(86_400)),
            ("999999999", Some(86_400)),
            ("Mon, 30 Nov 2026 06:01:00 GMT", Some(55)),
            ("Mon, 30 Nov 2026 05:00:00 GMT", Some(0)),
            ("Tue, 30 Nov 2099 05:00:00 GMT", None),
            ("Mon, 30 Nov 2099 05:00:00 GMT", Some(86_400)),
            ("soon", None),
            ("NaN", None),
            ("inf", None),
        ] {
            assert_eq!(read(text), seconds, "{text}");
        }
        assert_eq!(pause(&HeaderMap::new(), now), None);
    }

    #[test]
    fn what_a_receiver_repeats_of_its_address_is_left_out() {
        let client = Arc::new(Client::new(brisk_outgoing::Settings::default()));
        let address = Secret::from("https://hooks.example/services/T0/B0/s3cret?x=1");
        let clock = Arc::new(brisk_domain::ManualClock::default());
        let destination = Destination::new(client, clock, &address).unwrap();
        assert_eq!(format!("{destination:?}"), "Destination(https://hooks.example/…)");
        let answer = Response::builder().status(404);
        let answer = answer.body(Bytes::from("no /services/T0/B0/s3cret?x=1 here\n")).unwrap();
        let outcome = destination.said(&answer);
        assert_eq!(outcome, Outcome::refused("404 Not Found: no … here"));
    }
}
