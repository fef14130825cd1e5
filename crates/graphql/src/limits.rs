//! [`Limits`]: what one request may have. The text is measured before it is parsed, and the document before
//! anything else looks at it: each later step then has a small one.

use crate::problem::{INVALID, Problem, TOO_COSTLY, short};
use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use std::collections::HashMap;

/// What one request may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the query.
    pub document: usize,
    /// Bytes of the variables, as JSON.
    pub variables: usize,
    /// Brackets within brackets of the query.
    pub brackets: usize,
    /// Bytes of a name.
    pub name: usize,
    /// Operations of the query, of which one runs.
    pub operations: usize,
    /// Fragments of the query.
    pub fragments: usize,
    /// Fields within fields, with fragments filled in.
    pub depth: usize,
    /// Fields, with fragments filled in.
    pub fields: usize,
    /// Of these, fields with an alias.
    pub aliases: usize,
    /// Directives, with fragments filled in.
    pub directives: usize,
    /// What the fields cost: a field 1, a panel 10 more; lists are counted with a usual length.
    pub cost: usize,
    /// Different views.
    pub views: usize,
    /// Bytes of cells in the answer.
    pub cells: usize,
    /// Errors in the answer.
    pub errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document: 32 * 1024,
            variables: 16 * 1024,
            brackets: 48,
            name: 100,
            operations: 10,
            fragments: 50,
            depth: 16,
            fields: 2_000,
            aliases: 200,
            directives: 50,
            cost: 5_000,
            views: 8,
            cells: 32 << 20,
            errors: 100,
        }
    }
}

impl Limits {
    /// Measures the text of a query.
    pub(crate) fn text(&self, query: &str) -> Result<(), Problem> {
        if query.len() > self.document {
            return Err(too_much("The query", query.len(), "bytes", self.document));
        }
        let Text { brackets, name } = Text::of(query);
        if brackets > self.brackets {
            return Err(too_much("The query", brackets, "brackets within brackets", self.brackets));
        }
        if name > self.name {
            return Err(too_much("A name of the query", name, "bytes", self.name));
        }
        Ok(())
    }

    /// Measures a document; the answer is whether it asks about the schema.
    pub(crate) fn document(&self, document: &ExecutableDocument) -> Result<bool, Problem> {
        let operations = document.operations.iter().count();
        let counts = [
            (operations, "operations", self.operations),
            (document.fragments.len(), "fragments", self.fragments),
        ];
        for (count, what, most) in counts {
            if count > most {
                return Err(too_much("The query", count, what, most));
            }
        }
        let mut measuring = Measuring { document, fragments: HashMap::new() };
        let mut all = Size::default();
        for (_, operation) in document.operations.iter() {
            let variables = operation.node.variable_definitions.iter();
            let of_variables = variables.map(|variable| variable.node.directives.len());
            let directives = operation.node.directives.len() + of_variables.sum::<usize>();
            all = all.beside(measuring.set(&operation.node.selection_set.node)?);
            all.directives = all.directives.saturating_add(directives);
        }
        // Fragments that nothing uses are validated, too.
        for name in document.fragments.keys() {
            let size = measuring.fragment(name)?;
            self.size(&size)?;
        }
        self.size(&all)?;
        Ok(all.is_about_the_schema)
    }

    fn size(&self, size: &Size) -> Result<(), Problem> {
        let limits = [
            (size.depth, "fields within fields", self.depth),
            (size.fields, "fields", self.fields),
            (size.aliases, "aliases", self.aliases),
            (size.directives, "directives", self.directives),
        ];
        match limits.into_iter().find(|(count, _, most)| count > most) {
            Some((count, what, most)) => Err(too_much("The query", count, what, most)),
            None => Ok(()),
        }
    }

    /// That the fields cost too much.
    pub(crate) fn too_costly(&self) -> Problem {
        let detail = format!(
            "The query costs more than {}: a field is 1, a panel 10 more, and lists are counted with a usual \
             length.",
            self.cost
        );
        Problem::new(&TOO_COSTLY, detail)
    }

    /// Measures the variables.
    pub(crate) fn variables(&self, bytes: usize) -> Result<(), Problem> {
        match bytes > self.variables {
            true => Err(too_much("The variables", bytes, "bytes", self.variables)),
            false => Ok(()),
        }
    }
}

fn too_much(whose: &str, count: usize, what: &str, most: usize) -> Problem {
    let verb = if whose == "The variables" { "have" } else { "has" };
    // Fragments in fragments multiply: some counts are only known to be higher.
    let count = if count == usize::MAX { "too many".to_owned() } else { count.to_string() };
    Problem::new(&TOO_COSTLY, format!("{whose} {verb} {count} {what}, and may have {most}."))
}

/// What is measured of a text: brackets within brackets, and the bytes of the longest name.
#[derive(Debug, Default, PartialEq, Eq)]
struct Text {
    brackets: usize,
    name: usize,
}

impl Text {
    fn of(query: &str) -> Self {
        let (mut open, mut text, mut name) = (0_usize, Self::default(), 0);
        let mut rest = query;
        while let Some(first) = rest.bytes().next() {
            let mut length = 1;
            match first {
                b'{' | b'(' | b'[' => open += 1,
                b'}' | b')' | b']' => open = open.saturating_sub(1),
                b'#' => length = rest.find(['\n', '\r']).unwrap_or(rest.len()),
                b'"' => length = string(rest),
                _ => {}
            }
            name = match first == b'_' || first.is_ascii_alphanumeric() {
                true => name + 1,
                false => 0,
            };
            text = Self { brackets: text.brackets.max(open), name: text.name.max(name) };
            // Only the bytes of a character that is longer than one are between its boundaries.
            let mut next = length;
            while !rest.is_char_boundary(next) {
                next += 1;
            }
            rest = rest.get(next..).unwrap_or_default();
        }
        text
    }
}

/// The bytes of the string that `rest` begins with; all of it if the string does not end.
fn string(rest: &str) -> usize {
    const BLOCK: &str = "\"\"\"";
    let bytes = rest.as_bytes();
    let (mark, from) = if rest.starts_with(BLOCK) { (BLOCK, 3) } else { ("\"", 1) };
    let mut at = from;
    while at < bytes.len() {
        match bytes[at..].starts_with(mark.as_bytes()) {
            true => return at + mark.len(),
            // In a block string, only the mark itself can be escaped.
            false if mark == BLOCK => {
                at += if bytes[at..].starts_with(b"\\\"\"\"") { 4 } else { 1 };
            }
            false => match bytes[at] {
                b'\\' => at += 2,
                // Such a string ends with its line: the parser refuses it.
                b'\n' | b'\r' => return at,
                _ => at += 1,
            },
        }
    }
    bytes.len()
}

/// What a selection has, with fragments filled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Size {
    depth: usize,
    fields: usize,
    aliases: usize,
    directives: usize,
    is_about_the_schema: bool,
}

impl Size {
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            is_about_the_schema: self.is_about_the_schema || other.is_about_the_schema,
        }
    }
}

/// Measures each fragment once: filled in, they may have any number of fields.
struct Measuring<'a> {
    document: &'a ExecutableDocument,
    /// `None` while a fragment is being measured.
    fragments: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Measuring<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Result<Size, Problem> {
        let mut all = Size::default();
        for selection in &set.items {
            let (size, directives) = match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let mut size = self.set(&field.selection_set.node)?;
                    size.depth += 1;
                    size.fields = size.fields.saturating_add(1);
                    size.aliases = size.aliases.saturating_add(usize::from(field.alias.is_some()));
                    let name = field.name.node.as_str();
                    size.is_about_the_schema |= matches!(name, "__schema" | "__type");
                    (size, &field.directives)
                }
                Selection::InlineFragment(fragment) => {
                    (self.set(&fragment.node.selection_set.node)?, &fragment.node.directives)
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.node.fragment_name.node)?, &spread.node.directives)
                }
            };
            all = all.beside(size);
            all.directives = all.directives.saturating_add(directives.len());
        }
        Ok(all)
    }

    fn fragment(&mut self, name: &Name) -> Result<Size, Problem> {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            let detail = format!("There is no fragment \"{}\".", short(name));
            return Err(Problem::new(&INVALID, detail));
        };
        match self.fragments.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => {
                let detail = format!("The fragment \"{}\" contains itself.", short(name));
                return Err(Problem::new(&INVALID, detail));
            }
            None => {}
        }
        self.fragments.insert(name, None);
        let mut size = self.set(&fragment.node.selection_set.node)?;
        size.directives = size.directives.saturating_add(fragment.node.directives.len());
        self.fragments.insert(name, Some(size));
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_names_are_measured_outside_of_strings_and_comments() {
        for (query, brackets, name) in [
            ("{a{b(c:[1])}}", 4, 1),
            ("{a(b:\"}}}}{{{{ \\\" long_names [[[[\")}", 2, 1),
            ("{a(b:\"\"\"{{{{ \\\"\"\" [[[[ \" \"\" \"\"\")}", 2, 1),
            ("# {{{{{{\n{abc}", 1, 3),
            ("{a(b:\"{{{{", 2, 1),
            ("{a(b:\"\\", 2, 1),
            ("}}}{", 1, 0),
            ("{a(b:\"ä€\") # ä€\n ä€ }", 2, 1),
            ("{long_name_1}", 1, 11),
            ("", 0, 0),
        ] {
            assert_eq!(Text::of(query), Text { brackets, name }, "{query}");
        }
    }
}
