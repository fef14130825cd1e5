//! The files that every page loads.

/// Where the built assets are.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The module that starts the wasm.
    pub js: String,
    /// The wasm.
    pub wasm: String,
    /// The script that starts islands as they appear.
    pub loader: String,
    /// The icon of the browser's tab.
    pub icon: String,
    /// The font, loaded early.
    pub font: String,
}
