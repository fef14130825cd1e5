//! Marks and rows that lead somewhere.

/// Whether anything in a drawing is a link. With links it is read as a group, not as one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// Nothing is.
    Absent,
    /// Something is, and nothing has been chosen.
    Open,
    /// Something has been chosen: what has not been steps back.
    Chosen,
}

/// Where a mark or a row leads.
pub(crate) struct Link {
    /// The address.
    pub(crate) href: String,
    /// Whether the mark is what has been chosen; its link then takes the choice back.
    pub(crate) is_chosen: bool,
    /// What following it does, in words.
    pub(crate) hint: String,
    /// What it is called.
    pub(crate) name: LinkName,
}

/// What a link is called for those who do not see it.
pub(crate) enum LinkName {
    /// By these words.
    Words(String),
    /// By its content.
    Content,
    /// Not at all: another link to the same place has a name, and the keyboard skips this one.
    Unnamed,
}
