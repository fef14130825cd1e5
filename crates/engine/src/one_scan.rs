//! Splits the result of a statement that gives both a figure and its sparkline: see
//! `brisk_source::with_total`. Pure.

use crate::load::Loaded;
use crate::plan::PanelPlan;
use brisk_domain::Frame;
use std::sync::Arc;

/// The loads of a panel's own statements: a joint one is split into the figure and the sparkline.
pub(crate) fn parted(plan: &PanelPlan, mut loaded: Vec<Loaded>) -> Vec<Loaded> {
    if plan.together.is_none() {
        return loaded;
    }
    let line = 1 + usize::from(plan.previous.is_some());
    if let Some(figure) = loaded.first_mut() {
        figure.frame = Arc::new(figure_of(&figure.frame));
    }
    if let Some(line) = loaded.get_mut(line) {
        line.frame = Arc::new(rows(&line.frame, false));
    }
    loaded
}

/// The total row, without its empty bucket column.
fn figure_of(frame: &Frame) -> Frame {
    let columns = rows(frame, true).columns().iter().skip(1).cloned().collect();
    // Columns taken from one frame make a frame.
    Frame::of_shared(columns).unwrap_or_default()
}

/// The rows whose bucket is NULL, or the others.
fn rows(frame: &Frame, without_bucket: bool) -> Frame {
    let Some(bucket) = frame.columns().first() else { return frame.clone() };
    let is_one = |row: &usize| bucket.values.exact(*row).is_none() == without_bucket;
    frame.of_rows(&(0..frame.rows()).filter(is_one).collect::<Vec<_>>())
}
