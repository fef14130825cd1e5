//! The message as text, for those who read no HTML. It says the same.

use crate::message::{Contents, Figure};

/// The text of a message.
pub(crate) fn text(contents: &Contents) -> String {
    let mut blocks = vec![head(contents)];
    if !contents.introduction.is_empty() {
        blocks.push(contents.introduction.clone());
    }
    if !contents.figures.is_empty() {
        blocks.push(listed(contents.figures.iter().map(figure)));
    }
    for drawing in &contents.drawings {
        blocks.push(format!("{}\n{}", drawing.title, drawing.alternative));
    }
    if let Some(address) = &contents.address {
        blocks.push(format!("Open the dashboard: {address}"));
    }
    if !contents.attachments.is_empty() {
        let files = contents.attachments.iter().map(|file| file.name.clone());
        blocks.push(format!("Attached: {}", files.collect::<Vec<_>>().join(", ")));
    }
    if let Some(link) = &contents.unsubscribe {
        blocks.push(format!("Unsubscribe from this report: {link}"));
    }
    let blocks = blocks.iter().map(|block| block.trim()).filter(|block| !block.is_empty());
    let mut text = blocks.collect::<Vec<_>>().join("\n\n");
    text.push('\n');
    text
}

fn head(contents: &Contents) -> String {
    let filters = contents.filters.iter().map(|one| format!("{}: {}", one.label, one.value));
    let mut lines = vec![contents.title.clone(), contents.range.clone(), contents.as_of.clone()];
    lines.extend(filters);
    lines.extend(contents.late.clone());
    listed(lines.into_iter().filter(|line| !line.is_empty()))
}

fn figure(figure: &Figure) -> String {
    let change = figure.change.as_ref().map(|change| match change.meaning.word() {
        Some(word) => format!(" ({}, {word})", change.text),
        None => format!(" ({})", change.text),
    });
    format!("{}: {}{}", figure.label, figure.value, change.unwrap_or_default())
}

fn listed(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}
