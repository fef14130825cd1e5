//! [`Reader`]: the reader of a stream, for as long as they may read it.

use crate::auth::state::{Auth, Changes};
use crate::auth::viewer::Viewer;
use http::{HeaderMap, header};

/// The reader of a stream.
pub(super) struct Reader {
    auth: Auth,
    viewer: Viewer,
    /// By which they are identified again.
    headers: HeaderMap,
    changes: Changes,
}

impl Reader {
    /// The sender of a request with these headers, who is `viewer`.
    pub(super) fn new(auth: Auth, viewer: Viewer, headers: &HeaderMap) -> Self {
        let changes = auth.changes();
        let shown = [header::COOKIE, header::AUTHORIZATION];
        let is_shown = |name| shown.contains(name) || auth.is_naming(name);
        let headers = headers.iter().filter(|(name, _)| is_shown(name));
        let headers = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
        Self { auth, viewer, headers, changes }
    }

    /// Waits until their rights have changed, or they would see something else.
    pub(super) async fn gone(&mut self) {
        loop {
            let change = self.changes.next().await;
            if !self.may_go_on().await {
                return;
            }
            // Not before: this future may be dropped in between, and created again.
            self.changes.seen(change);
        }
    }

    /// Whether they still have the same rights, and see the same: sessions also end without a change.
    pub(super) async fn may_go_on(&self) -> bool {
        self.auth.is_still(&self.viewer, &self.headers).await
    }
}
