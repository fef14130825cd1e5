//! Audit records of what administrators do without changing anything in the store.

use crate::auth::viewer;
use crate::http::client;
use crate::state::AppState;
use brisk_store::AuditRecord;
use http::request::Parts;

/// Records that the sender of the request with this head has done `action` to `subject`. It is done
/// already: if it cannot be recorded, the process's log has it.
pub(crate) async fn record(state: &AppState, head: &Parts, action: &str, subject: String) {
    let Some(store) = &state.store else { return };
    let actor = viewer::of(&head.extensions).actor(client::address_of(&head.extensions));
    let record = AuditRecord {
        at: state.service.now(),
        actor,
        action: action.to_owned(),
        subject,
        before: None,
        after: None,
    };
    if let Err(error) = store.record_audit(&record).await {
        let AuditRecord { actor, action, subject, .. } = record;
        tracing::error!(%error, actor = actor.name, action, subject, "not in the audit log");
    }
}
