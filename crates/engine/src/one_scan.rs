//! What comes of a figure and its small line that one statement gives: see `brisk_source::with_total`. Pure.

use crate::load::Loaded;
use crate::plan::PanelPlan;
use brisk_domain::Frame;
use std::sync::Arc;

/// The loads of a panel's own statements: where one gave the figure and the line, each with its own rows.
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

/// The row of all rows, without the bucket that it has not.
fn figure_of(frame: &Frame) -> Frame {
    let columns = rows(frame, true).columns().iter().skip(1).cloned().collect();
    // The columns of a frame are one.
    Frame::of_shared(columns).unwrap_or_default()
}

/// The rows whose bucket is NULL, or the others.
fn rows(frame: &Frame, without_bucket: bool) -> Frame {
    let Some(bucket) = frame.columns().first() else { return frame.clone() };
    let is_one = |row: &usize| bucket.values.exact(*row).is_none() == without_bucket;
    frame.of_rows(&(0..frame.rows()).filter(is_one).collect::<Vec<_>>())
}
