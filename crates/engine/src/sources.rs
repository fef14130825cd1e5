//! The sources that statements run on.

use brisk_domain::SourceName;
use brisk_source::Source;
use std::collections::BTreeMap;

/// The sources by name.
pub type Sources = BTreeMap<SourceName, Source>;
