//! Data of the page "Images".

use super::people_pages::{Notice, ShownOnce};
use brisk_domain::Timestamp;

/// The keys that sign addresses of images, and a new address.
#[derive(Debug, Default)]
pub struct ImageKeysPage {
    /// When the page was made.
    pub now: Timestamp,
    /// The keys that the reader looks after, the latest first.
    pub keys: Vec<ImageKeyRow>,
    /// What is in the form of a new key.
    pub typed: TypedImageKey,
    /// Whether the reader may give attributes to a key.
    pub gives_attributes: bool,
    /// What is in the form of a new address.
    pub wanted: TypedImage,
    /// The address that was made; or why there is none.
    pub image: Option<Result<SignedImage, String>>,
    /// The secret of a new key.
    pub secret: Option<ShownOnce>,
    /// The outcome of the form sent before.
    pub notice: Option<Notice>,
}

/// A key.
#[derive(Debug)]
pub struct ImageKeyRow {
    /// What addresses name it by.
    pub id: String,
    /// What its maker calls it.
    pub name: String,
    /// The dashboards and panels that it may show.
    pub shows: String,
    /// The attributes that statements get, as `name=value`.
    pub attributes: Vec<String>,
    /// Who made it; none where the server was open to all.
    pub made_by: Option<String>,
    /// When.
    pub made_at: Timestamp,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// Why it signs nothing any more; none while it does.
    pub ended: Option<&'static str>,
}

/// What is in the form of a new key.
#[derive(Debug, Default)]
pub struct TypedImageKey {
    /// Its name.
    pub name: String,
    /// What it may show.
    pub shows: String,
    /// Its attributes, on a line each.
    pub attributes: String,
    /// After how many days it ends; never where that is empty.
    pub days: String,
}

/// What is in the form of a new address.
#[derive(Debug, Default)]
pub struct TypedImage {
    /// The key that signs it.
    pub key: String,
    /// The address of the panel's page.
    pub of: String,
    /// `png` or `svg`.
    pub form: String,
    /// `light` or `dark`.
    pub theme: String,
    /// Its size, as `720x360`; the usual one where it is empty.
    pub size: String,
    /// After how many days it ends; never where that is empty.
    pub days: String,
}

/// A signed address.
#[derive(Debug)]
pub struct SignedImage {
    /// The path and what follows it.
    pub path: String,
    /// The whole address.
    pub address: String,
    /// The panel's title.
    pub title: String,
}
