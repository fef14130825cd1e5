//! [`File`]: a view in some form, in one piece.

/// A view in some form.
#[derive(Debug)]
pub(crate) struct File {
    /// What it is called.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
    /// The panels that failed, which have a sentence in place of their data: their titles, each with that sentence.
    pub(crate) failed: Vec<String>,
}
