//! [`TableView`]: the order and page in which a reader views a table.

use brisk_domain::TableState;

/// The order and the page of a table, and how its controls ask for others.
#[derive(Debug, Clone, Copy)]
pub struct TableView<'a> {
    /// The panel, as the address names it.
    pub panel: &'a str,
    /// The order and the page.
    pub state: &'a TableState,
    /// The address of the page that the table is on.
    pub action: &'a str,
    /// Its other parameters.
    pub pairs: &'a [(String, String)],
}
