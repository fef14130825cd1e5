//! Charts of every kind, as they are meant to be used and with what real data does to them.

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
pub(crate) fn edge_cases() -> Vec<Case> {
    let kinds = [
        stat::edge_cases(),
        line::edge_cases(),
        area::edge_cases(),
        bar::edge_cases(),
        horizontal_bar::edge_cases(),
        donut::edge_cases(),
        histogram::edge_cases(),
        scatter::edge_cases(),
        gauge::edge_cases(),
    ];
    kinds.into_iter().flatten().collect()
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    usual().into_iter().chain(edge_cases()).collect()
}
