//! Marks and rows that lead somewhere.

/// Whether a drawing has links. With links, screen readers see a group instead of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// It has none.
    Absent,
    /// It has some, and nothing is chosen.
    Open,
    /// Something is chosen: everything else is dimmed.
    Chosen,
}

/// Where a mark or a row leads.
pub(crate) struct Link {
    /// The address.
    pub(crate) href: String,
    /// Whether the mark is chosen; following the link then clears the choice.
    pub(crate) is_chosen: bool,
    /// What following it does, for screen readers.
    pub(crate) hint: String,
    /// Its accessible name.
    pub(crate) name: LinkName,
}

/// The accessible name of a link.
pub(crate) enum LinkName {
    /// These words, followed by the hint.
    Words(String),
    /// Its content.
    Content,
    /// None: another link to the same address has one, and the keyboard skips this one.
    Unnamed,
}
