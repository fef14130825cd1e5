//! [`Sending`]: makes a report that is due, and sends it to everybody who receives it, each by their own rights.

use super::channels::{Channels, Sent};
use super::making::{Made, make};
use crate::service::EngineService;
use brisk_accounts::Secret;
use brisk_delivery::{Contents, Message, MessageId};
use brisk_domain::report::{Field, OnLost};
use brisk_domain::view::query_string;
use brisk_domain::{Report, Timestamp, date_words};
use brisk_reports::{People, Receiver, To, plan};
use brisk_store::{
    ReportRun, RunCause, RunOutcome, SendingClaim, SendingKey, SendingOutcome, SendingState, Store,
    StoreError, Subscription,
};
use futures::StreamExt as _;
use std::sync::Arc;
use std::time::Duration;

/// How often a sending is tried.
pub(crate) const MOST: u32 = 8;
/// How long one attempt may take: the answer of a mail server may take five minutes.
const LEASE: Duration = Duration::from_secs(900);
/// The pause before a second attempt; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// Messages that are sent at a time; the mail server's connections are fewer.
const AT_A_TIME: usize = 8;

/// Makes and sends what is due.
pub(super) struct Sending {
    store: Store,
    service: Arc<EngineService>,
    channels: Channels,
    /// Where readers find the server.
    base: String,
    /// This process among all.
    name: String,
}

/// What became of a run: how it ended, a note, and who was left out and why.
pub(super) type Ended = (RunOutcome, String, Vec<String>);

/// What became of a message to one receiver.
enum Handed {
    /// It was handed over; the store has what came of it.
    Over,
    /// Its condition is not met for this receiver, and why.
    NotMet(String),
    /// Nobody can tell whether its condition is met, and why.
    NotJudged(String),
    /// Another process has sent it, or sends it.
    Elsewhere,
}

impl Sending {
    pub(super) fn new(
        store: Store,
        service: Arc<EngineService>,
        channels: Channels,
        (base, name): (String, String),
    ) -> Self {
        Self { store, service, channels, base, name }
    }

    /// Makes `report` as it is due in `run`, and sends it: to all who receive it at this moment, or to those of the
    /// keys in `only`.
    pub(super) async fn make_and_send(
        &self,
        report: &Report,
        run: &ReportRun,
        only: Option<&[String]>,
    ) -> Result<Ended, StoreError> {
        let contents = self.service.engine().catalog().contents();
        let Some(dashboard) = contents.dashboards.get(&report.dashboard) else {
            let note = format!("There is no dashboard \"{}\" any more.", report.dashboard);
            self.give_up(run, only.unwrap_or_default(), &note).await?;
            return Ok((RunOutcome::Failed, note, Vec::new()));
        };
        let people = People {
            accounts: self.store.accounts().await?,
            teams: self.store.teams().await?,
            addresses: self.store.mail_addresses().await?,
        };
        let unsubscribed = self.store.unsubscribed(&report.name).await?;
        let mut planned = plan(report, dashboard, &people, &unsubscribed);
        if let Some(only) = only {
            planned.receivers.retain(|receiver| only.contains(&receiver.key));
            let receives = |key: &&String| planned.receivers.iter().any(|one| one.key == **key);
            let gone: Vec<String> = only.iter().filter(|key| !receives(key)).cloned().collect();
            self.give_up(run, &gone, "No longer receives it.").await?;
        }
        let mut left_out: Vec<String> = planned.left_out.iter().map(ToString::to_string).collect();
        let (mut failed, mut has_sent) = (Vec::new(), false);
        for (access, receivers) in planned.by_access() {
            let made = match make(&self.service, report, access).await {
                Ok(made) => made,
                Err(why) => {
                    let keys = receivers.iter().map(|receiver| &receiver.key);
                    for key in keys.filter(|_| only.is_some()) {
                        self.put_off(run, key, why.clone()).await?;
                    }
                    failed.push(why);
                    continue;
                }
            };
            let is_judged = only.is_none() && run.cause != RunCause::Asked;
            let sent =
                futures::stream::iter(receivers.into_iter().map(|receiver| {
                    let made = &made;
                    async move {
                        (receiver, self.hand_over(report, run, made, (receiver, is_judged)).await)
                    }
                }));
            let sent: Vec<_> = sent.buffer_unordered(AT_A_TIME).collect().await;
            for (receiver, handed) in sent {
                match handed? {
                    Handed::Over | Handed::Elsewhere => has_sent = true,
                    Handed::NotMet(why) => left_out.push(format!("{}: {why}", receiver.shown)),
                    Handed::NotJudged(why) => failed.push(format!("{}: {why}.", receiver.shown)),
                }
            }
            failed.extend(made.failed);
        }
        failed.sort();
        failed.dedup();
        let outcome = match (has_sent, failed.is_empty()) {
            (true, _) => RunOutcome::Done,
            (false, true) => RunOutcome::NotNeeded,
            (false, false) => RunOutcome::Failed,
        };
        Ok((outcome, failed.join(" "), left_out))
    }

    /// Sends a report to one receiver, once.
    async fn hand_over(
        &self,
        report: &Report,
        run: &ReportRun,
        made: &Made,
        (receiver, is_judged): (&Receiver, bool),
    ) -> Result<Handed, StoreError> {
        let key = SendingKey {
            report: report.name.to_string(),
            due_at: run.due_at,
            recipient: receiver.key.clone(),
        };
        // Whoever asks for it by hand wants it in any case; what is sent again was judged before.
        if is_judged {
            let before = self.store.report_figure_before(&key).await?;
            match made.judged(report, before.as_ref()) {
                Err(why) => return Ok(Handed::NotJudged(why)),
                Ok((verdict, figure)) => {
                    if let Some(figure) = figure {
                        self.store.keep_report_figure(&key, &figure).await?;
                    }
                    if let Err(why) = verdict {
                        return Ok(Handed::NotMet(why));
                    }
                }
            }
        }
        let now = self.service.now();
        let id = MessageId::of(report.name.as_str(), run.due_at, &receiver.key);
        let claim = self.store.claim_sending(
            &key,
            (report.on_lost, id.as_str()),
            &self.name,
            now,
            (LEASE, MOST),
        );
        let attempt = match claim.await? {
            SendingClaim::Won { attempt, .. } => attempt,
            SendingClaim::Closed(_) => return Ok(Handed::Elsewhere),
        };
        let sent = match self.message(report, run, made, (receiver, id)).await? {
            Ok(message) => self.channels.send(&message, &receiver.to).await,
            Err(why) => Sent::never(why),
        };
        self.end(&key, attempt, &sent).await?;
        if sent.state != SendingState::Sent {
            tracing::warn!(
                report = report.name.as_str(),
                to = receiver.shown,
                state = sent.state.word(),
                words = sent.words,
                "a report was not sent"
            );
        }
        Ok(Handed::Over)
    }

    /// Records that sendings which were to be tried again are not, and why.
    pub(super) async fn give_up(
        &self,
        run: &ReportRun,
        keys: &[String],
        why: &str,
    ) -> Result<(), StoreError> {
        for key in keys {
            self.instead(run, key, Sent::never(why.to_owned())).await?;
        }
        Ok(())
    }

    /// Records that a sending was not tried again for the moment, and why.
    async fn put_off(&self, run: &ReportRun, key: &str, words: String) -> Result<(), StoreError> {
        let sent = Sent { state: SendingState::NotSent, words, after: None };
        self.instead(run, key, sent).await
    }

    /// Records the outcome of an attempt that sent nothing.
    async fn instead(&self, run: &ReportRun, key: &str, sent: Sent) -> Result<(), StoreError> {
        let (report, recipient) = (run.report.clone(), key.to_owned());
        let key = SendingKey { report, due_at: run.due_at, recipient };
        let id = MessageId::of(&key.report, key.due_at, &key.recipient);
        let how = (OnLost::default(), id.as_str());
        let now = self.service.now();
        let claim = self.store.claim_sending(&key, how, &self.name, now, (LEASE, MOST)).await?;
        match claim {
            SendingClaim::Won { attempt, .. } => self.end(&key, attempt, &sent).await,
            SendingClaim::Closed(_) => Ok(()),
        }
    }

    /// Records how an attempt has ended, and when there is another one.
    async fn end(&self, key: &SendingKey, attempt: u32, sent: &Sent) -> Result<(), StoreError> {
        let now = self.service.now();
        let retry_at = (sent.state != SendingState::Refused && sent.state != SendingState::Sent)
            .then(|| now.after(sent.after.unwrap_or_default().max(pause(attempt))));
        let outcome = SendingOutcome { state: sent.state, words: &sent.words, retry_at };
        let who = (self.name.as_str(), attempt);
        self.store.end_sending(key, who, now, &outcome).await?;
        Ok(())
    }

    /// The message to one receiver; an error is why there can be none.
    async fn message(
        &self,
        report: &Report,
        run: &ReportRun,
        made: &Made,
        (receiver, id): (&Receiver, MessageId),
    ) -> Result<Result<Message, String>, StoreError> {
        let unsubscribe = match &receiver.to {
            To::Mail(_) => {
                let secret = Secret::random();
                let (report, recipient) = (report.name.clone(), receiver.key.clone());
                let of = Subscription { report, recipient };
                self.store.add_unsubscribe_link(&secret.hash(), &of, self.service.now()).await?;
                format!("{}/unsubscribe/{}", self.base, secret.expose()).parse().ok()
            }
            To::Channel(_) => None,
        };
        let due = self.moment(report, run.moment);
        let value = |field: Field| match field {
            Field::Title => report.title.clone(),
            Field::Range => made.range.clone(),
            Field::AsOf => made.as_of.clone(),
            Field::Due => due.clone(),
        };
        let address = format!("{}/d/{}{}", self.base, report.dashboard, query_string(&report.view));
        let introduction = report.introduction.as_ref().map(|one| one.filled(value));
        let contents = Contents {
            id,
            subject: report.subject.line(value),
            introduction: introduction.unwrap_or_default(),
            title: report.title.clone(),
            address: address.parse().ok(),
            range: made.range.clone(),
            filters: made.filters.clone(),
            as_of: made.as_of.clone(),
            due: run.moment,
            late: late(run, &due),
            figures: made.figures.clone(),
            drawings: made.drawings.clone(),
            attachments: made.attachments.clone(),
            unsubscribe,
        };
        Ok(Message::new(contents).map_err(|unfit| unfit.to_string()))
    }

    /// A moment on the clock of the report's zone.
    fn moment(&self, report: &Report, at: Timestamp) -> String {
        let zone = &report.timing.zone;
        let local = zone.offsets(at, at).local(at);
        let (day, time) = (date_words::long(local.date()), local.format("%H:%M"));
        format!("{day}, {time} ({zone})")
    }
}

/// Why a report comes late, if it does.
fn late(run: &ReportRun, due: &str) -> Option<String> {
    match (run.is_late, run.missed) {
        (false, 0) => None,
        (_, 0) => Some(format!("This report was due on {due}, and comes late.")),
        (_, missed) => {
            let times = if missed == 1 { "time" } else { "times" };
            Some(format!(
                "This report was due on {due}. It stands for {missed} more due {times} that passed while no server ran."
            ))
        }
    }
}

/// The pause after that attempt.
fn pause(attempt: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(LONGEST_PAUSE)
}
