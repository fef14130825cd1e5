//! Colours. They are those of `style/colors.css` and `style/data-colors.css`, which a test compares.

use crate::scene::Color;

/// What an image is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Screens, on white: the colours of light pages.
    Light,
    /// Screens, on black: the colours of dark pages.
    Dark,
    /// Paper: black text, lines that a printer shows, no tint of the ground.
    Print,
}

/// The colours of a theme.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Palette {
    /// The ground.
    pub(super) card: &'static str,
    /// Text: first, second, third.
    pub(super) ink: &'static str,
    /// Names of rows.
    pub(super) ink_2: &'static str,
    /// Labels of axes.
    pub(super) ink_3: &'static str,
    /// Grid lines.
    pub(super) line: &'static str,
    /// The zero line.
    pub(super) line_2: &'static str,
    /// What belongs to no series.
    pub(super) accent: &'static str,
    /// Text on dark cells.
    pub(super) accent_ink: &'static str,
    /// A change for the better.
    pub(super) good: &'static str,
    /// A change for the worse.
    pub(super) bad: &'static str,
    series: [&'static str; 8],
    sequential: [&'static str; 9],
}

const LIGHT: Palette = Palette {
    card: "#ffffff",
    ink: "#12161d",
    ink_2: "#465062",
    ink_3: "#5f697b",
    line: "#e4e7ec",
    line_2: "#d0d5dd",
    accent: "#1f5ae0",
    accent_ink: "#ffffff",
    good: "#0d7546",
    bad: "#c0322b",
    series: [
        "#1f5ae0", "#df6e01", "#58a070", "#991283", "#7d6100", "#0b9bd8", "#822035", "#717b8c",
    ],
    // The same steps of OKLCH as in the style sheet, in sRGB.
    sequential: [
        "#eef4fe", "#cbdaf5", "#a8c1ee", "#85a7e6", "#628dde", "#4073d4", "#2158c5", "#0d41a5",
        "#062e7c",
    ],
};

const DARK: Palette = Palette {
    card: "#15181e",
    ink: "#eceff4",
    ink_2: "#b1b9c6",
    ink_3: "#929bab",
    line: "#252a33",
    line_2: "#38404d",
    accent: "#7fa8ff",
    accent_ink: "#0b1220",
    good: "#4cc38a",
    bad: "#ff8d85",
    series: [
        "#7fa8ff", "#ea8528", "#99e4b3", "#b452af", "#f7c81d", "#59d4f3", "#cf3244", "#98a2b3",
    ],
    sequential: [
        "#1a2230", "#23334f", "#2d4470", "#365692", "#4269b3", "#507ed3", "#6894e5", "#85abf0",
        "#a5c2f5",
    ],
};

const PRINT: Palette = Palette {
    ink: "#000000",
    ink_2: "#222222",
    ink_3: "#444444",
    line: "#cccccc",
    line_2: "#888888",
    ..LIGHT
};

impl Palette {
    /// The colours of `theme`.
    pub(super) fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
            Theme::Print => &PRINT,
        }
    }

    /// A colour of data.
    pub(super) fn data(&self, color: Color) -> &'static str {
        match color {
            Color::Series(series) => self.series[usize::from(series) % self.series.len()],
            Color::Sequential(step) => {
                self.sequential[usize::from(step).min(self.sequential.len() - 1)]
            }
        }
    }
}
