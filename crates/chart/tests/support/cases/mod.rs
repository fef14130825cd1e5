//! Charts of every kind, and every wart that real data has.

pub(crate) mod area;
pub(crate) mod bar;
pub(crate) mod donut;
pub(crate) mod gauge;
pub(crate) mod heatmap;
pub(crate) mod histogram;
pub(crate) mod horizontal_bar;
pub(crate) mod line;
pub(crate) mod scatter;
pub(crate) mod stat;
pub(crate) mod table;

use super::case::Case;

/// Every kind as it is meant to be used.
pub(crate) fn usual() -> Vec<Case> {
    let kinds = [
        stat::usual(),
        line::usual(),
        area::usual(),
        bar::usual(),
        horizontal_bar::usual(),
        donut::usual(),
        heatmap::usual(),
        histogram::usual(),
        scatter::usual(),
        table::usual(),
        gauge::usual(),
    ];
    kinds.into_iter().flatten().collect()
}

/// What real data does to charts.
pub(crate) fn warts() -> Vec<Case> {
    let kinds = [
        stat::warts(),
        line::warts(),
        area::warts(),
        bar::warts(),
        horizontal_bar::warts(),
        donut::warts(),
        histogram::warts(),
        scatter::warts(),
        gauge::warts(),
    ];
    kinds.into_iter().flatten().collect()
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    usual().into_iter().chain(warts()).collect()
}
