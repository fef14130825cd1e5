//! Words in a drawing.

/// One line of text.
pub(crate) struct Text {
    /// What it is.
    pub(crate) role: Role,
    /// Its place along x.
    pub(crate) x: X,
    /// Its baseline, or its middle where `is_centered`; in px.
    pub(crate) y: f64,
    /// Which of its points is at x.
    pub(crate) anchor: Anchor,
    /// Whether y is its middle.
    pub(crate) is_centered: bool,
    /// The narrowest box in which it is shown, in px.
    pub(crate) needs: f64,
    /// What it says.
    pub(crate) text: String,
    /// The full text, if it was shortened.
    pub(crate) full: Option<String>,
}

impl Text {
    /// Text with its baseline at `y`, shown in boxes of any width.
    pub(crate) fn new(role: Role, anchor: Anchor, x: X, y: f64, text: String) -> Self {
        Self { role, x, y, anchor, is_centered: false, needs: 0.0, text, full: None }
    }

    /// Centred vertically on its y.
    pub(crate) fn centered(self) -> Self {
        Self { is_centered: true, ..self }
    }
}

/// What a text is; its size, weight and colour follow from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Role {
    /// The label of an axis's tick.
    Tick,
    /// A note: what is not drawn, what an axis measures, the ends of a scale.
    Note,
    /// The name of a row.
    RowName {
        /// Whether it has been chosen.
        is_chosen: bool,
    },
    /// The value at the end of a bar.
    Value,
    /// The value in a cell.
    CellValue {
        /// Whether the cell is dark and the text therefore light.
        is_inverse: bool,
    },
    /// The tick mark (✓) of what has been chosen.
    Chosen,
    /// The sum in a ring.
    Total,
    /// The one figure of a drawing, at this size in px.
    Figure(f64),
}

/// Which point of a text is at its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// A place along x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum X {
    /// A fraction of the plot.
    Part(f64),
    /// Px from the origin: the plot's left end, unless a group says otherwise.
    Px(f64),
    /// Px beyond a fraction of the plot.
    Beyond(f64, f64),
}
