//! The style sheet: the files imported by `style/main.css`, in order, without comments.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// All of `style/` as one sheet.
pub(crate) fn joined(style: &Path) -> Result<String> {
    let main = style.join("main.css");
    let text = fs::read_to_string(&main).with_context(|| format!("{}", main.display()))?;
    let mut sheet = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("@import \"").and_then(|l| l.strip_suffix("\";")) {
            let part = style.join(name);
            sheet.push_str(
                &fs::read_to_string(&part).with_context(|| format!("{}", part.display()))?,
            );
            sheet.push('\n');
        }
    }
    Ok(smaller(&sheet))
}

/// Strips comments, indentation and empty lines; compression does the rest.
fn smaller(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    let lines = out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn comments_and_blank_lines_are_stripped() {
        let css = "/* a\n b */\n.x {\n\n  color: red; /* why */\n}\n";
        assert_eq!(super::smaller(css), ".x {\ncolor: red;\n}");
    }
}
