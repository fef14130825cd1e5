//! [`Tags`]: what is on the pages, as a tree: headings, figures with their text alternatives, tables.

use crate::prepare::Prepared;
use krilla::geom::Rect;
use krilla::tagging::{BBox, Identifier, Node, TableHeaderScope, Tag, TagGroup, TagKind};
use std::num::NonZeroU16;

/// The longest text alternative.
const ALTERNATIVE: usize = 2_000;

/// What has been drawn so far.
pub(crate) struct Tags {
    /// The document's title, and what is below it.
    pub(crate) title: Linked,
    pub(crate) lines: Vec<Identifier>,
    /// Where there are no panels.
    pub(crate) message: Vec<Identifier>,
    panels: Vec<PanelTags>,
    /// Panels in the order in which they have appeared.
    order: Vec<usize>,
}

/// Text that may be a link.
#[derive(Default)]
pub(crate) struct Linked {
    /// Its lines.
    pub(crate) texts: Vec<Identifier>,
    /// The place to press.
    pub(crate) link: Option<Identifier>,
}

impl Linked {
    fn nodes(self) -> Vec<Node> {
        let mut nodes: Vec<Node> = self.texts.into_iter().map(Node::from).collect();
        let Some(link) = self.link else { return nodes };
        nodes.push(link.into());
        vec![TagGroup::with_children(Tag::Link, nodes).into()]
    }
}

/// What has been drawn of a panel.
#[derive(Default)]
pub(crate) struct PanelTags {
    /// Its title.
    pub(crate) title: Linked,
    /// What follows.
    body: Vec<Node>,
    /// Where all rows of a table are.
    pub(crate) more: Linked,
    /// The heads and rows of a table.
    pub(crate) table: Table,
    /// What is below.
    notes: Vec<Node>,
}

/// A table.
#[derive(Default)]
pub(crate) struct Table {
    /// Its title, where the panel's is elsewhere.
    pub(crate) caption: Vec<Identifier>,
    /// The heads, once however often they are repeated.
    pub(crate) heads: Vec<Vec<Node>>,
    /// The rows, each with the contents of its cells.
    pub(crate) rows: Vec<Vec<Vec<Node>>>,
}

impl Tags {
    /// Nothing has been drawn of so many panels.
    pub(crate) fn new(panels: usize) -> Self {
        Self {
            title: Linked::default(),
            lines: Vec::new(),
            message: Vec::new(),
            panels: (0..panels).map(|_| PanelTags::default()).collect(),
            order: Vec::new(),
        }
    }

    /// What has been drawn of a panel.
    pub(crate) fn panel(&mut self, panel: usize) -> &mut PanelTags {
        if !self.order.contains(&panel) {
            self.order.push(panel);
        }
        &mut self.panels[panel]
    }

    /// All of it.
    pub(crate) fn nodes(mut self, prepared: &Prepared<'_>) -> Vec<Node> {
        let mut all = vec![heading(1, &prepared.title, self.title)];
        all.extend(self.lines.into_iter().map(paragraph));
        all.extend(self.message.into_iter().map(paragraph));
        for panel in self.order {
            let PanelTags { title, body, more, table, notes } =
                std::mem::take(&mut self.panels[panel]);
            let mut section = vec![heading(2, &prepared.panels[panel].title, title)];
            section.extend(body);
            if !more.texts.is_empty() {
                section.push(TagGroup::with_children(Tag::P, more.nodes()).into());
            }
            if !table.heads.is_empty() {
                section.push(table.node());
            }
            section.extend(notes);
            all.push(TagGroup::with_children(Tag::Section, section).into());
        }
        all
    }
}

impl PanelTags {
    /// A drawing within `area` of page `page`.
    pub(crate) fn figure(
        &mut self,
        drawn: Identifier,
        alternative: &str,
        (page, area): (usize, Option<Rect>),
    ) {
        let words = alternative_of(alternative);
        let tag = Tag::Figure(Some(words));
        let tag = tag.with_bbox(area.map(|area| BBox::new(page, area)));
        self.body.push(TagGroup::with_children(tag, vec![drawn.into()]).into());
    }

    /// A sentence in place of a drawing.
    pub(crate) fn message(&mut self, lines: Vec<Identifier>) {
        self.body.extend(together(lines));
    }

    /// A sentence below.
    pub(crate) fn note(&mut self, lines: Vec<Identifier>) {
        self.notes.extend(together(lines));
    }
}

impl Table {
    fn node(self) -> Node {
        let heads = self.heads.into_iter().map(|content| {
            Node::from(TagGroup::with_children(Tag::TH(TableHeaderScope::Column), content))
        });
        let head: Node = TagGroup::with_children(Tag::TR, heads.collect()).into();
        let mut parts: Vec<Node> = Vec::new();
        if !self.caption.is_empty() {
            let caption = self.caption.into_iter().map(Node::from).collect();
            parts.push(TagGroup::with_children(Tag::Caption, caption).into());
        }
        parts.push(TagGroup::with_children(Tag::THead, vec![head]).into());
        let rows: Vec<Node> = self.rows.into_iter().map(row).collect();
        if !rows.is_empty() {
            parts.push(TagGroup::with_children(Tag::TBody, rows).into());
        }
        TagGroup::with_children(Tag::Table, parts).into()
    }
}

fn row(cells: Vec<Vec<Node>>) -> Node {
    let cell = |content| Node::from(TagGroup::with_children(Tag::TD, content));
    TagGroup::with_children(Tag::TR, cells.into_iter().map(cell).collect()).into()
}

/// A drawing in a cell.
pub(crate) fn small_figure(drawn: Identifier, alternative: &str) -> Node {
    let tag = Tag::Figure(Some(alternative_of(alternative)));
    TagGroup::with_children(tag, vec![drawn.into()]).into()
}

/// A text alternative of a length that readers bear; none is empty.
fn alternative_of(words: &str) -> String {
    let words: String = crate::text::sanitised(words).chars().take(ALTERNATIVE).collect();
    if words.trim().is_empty() { "A drawing".to_owned() } else { words }
}

fn heading(level: u16, title: &str, content: Linked) -> Node {
    let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
    let tag: TagKind = Tag::Hn(level, Some(title.to_owned())).into();
    TagGroup::with_children(tag, content.nodes()).into()
}

fn paragraph(line: Identifier) -> Node {
    TagGroup::with_children(Tag::P, vec![line.into()]).into()
}

fn together(lines: Vec<Identifier>) -> Option<Node> {
    let lines: Vec<Node> = lines.into_iter().map(Node::from).collect();
    (!lines.is_empty()).then(|| TagGroup::with_children(Tag::P, lines).into())
}
