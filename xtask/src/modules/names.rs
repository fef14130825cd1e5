//! How one file refers to others: the modules that it declares, the paths that it writes, and the
//! names that it re-exports.

use super::tokens::{self, Token};

/// One file's references to others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// `mod name;`, with the path of its attribute, if it has one.
    pub(super) modules: Vec<(String, Option<String>)>,
    /// Every path that is written, segment by segment.
    pub(super) paths: Vec<Vec<String>>,
    /// `pub use path as name`; the name is `*` for all of them.
    pub(super) exports: Vec<(String, Vec<String>)>,
}

/// Reads a file's text. The contents of inline modules (unit tests) do not count.
pub(super) fn of(source: &str) -> Names {
    let tokens = tokens::of(source);
    let mut names = Names::default();
    let mut at = 0;
    while at < tokens.len() {
        at = match &tokens[at] {
            Token::Word(word) if word == "mod" => module(&tokens, at, &mut names),
            Token::Word(word) if word == "use" => import(&tokens, at, &mut names),
            Token::Word(_) => path(&tokens, at, &mut names),
            _ => at + 1,
        };
    }
    names
}

/// `mod name;`, or `mod name { … }`, which is skipped.
fn module(tokens: &[Token], at: usize, names: &mut Names) -> usize {
    let Some(Token::Word(name)) = tokens.get(at + 1) else { return at + 1 };
    match tokens.get(at + 2) {
        Some(Token::Sign(';')) => {
            names.modules.push((name.clone(), path_attribute(&tokens[..at])));
            at + 3
        }
        Some(Token::Sign('{')) => after_block(tokens, at + 2),
        _ => at + 1,
    }
}

/// The text of `#[path = "…"]` before a declaration, possibly with a visibility between them.
fn path_attribute(before: &[Token]) -> Option<String> {
    let close = before.iter().rposition(|token| *token == Token::Sign(']'))?;
    let between = &before[close + 1..];
    if between.iter().any(|token| matches!(token, Token::Sign(';' | '{' | '}'))) {
        return None;
    }
    match &before[..close] {
        [.., Token::Word(word), Token::Sign('='), Token::Text(text)] if word == "path" => {
            Some(text.clone())
        }
        _ => None,
    }
}

fn after_block(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign('{') => depth += 1,
            Token::Sign('}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// `use a::{b, c as d};`
fn import(tokens: &[Token], at: usize, names: &mut Names) -> usize {
    let is_public = match &tokens[..at] {
        [.., Token::Word(word)] => word == "pub",
        // `pub(crate)`, `pub(super)`
        [.., Token::Word(word), Token::Sign('('), Token::Word(_), Token::Sign(')')] => {
            word == "pub"
        }
        _ => false,
    };
    let mut found = Vec::new();
    let end = branches(tokens, at + 1, &[], &mut found);
    for (name, path) in found {
        if is_public {
            names.exports.push((name, path));
        } else {
            names.paths.push(path);
        }
    }
    end
}

/// One branch of a `use`, or several in braces; each with the name that it gets.
fn branches(
    tokens: &[Token],
    mut at: usize,
    prefix: &[String],
    found: &mut Vec<(String, Vec<String>)>,
) -> usize {
    let mut path = prefix.to_vec();
    loop {
        match tokens.get(at) {
            Some(Token::Word(word)) if word == "as" => {
                if let Some(Token::Word(name)) = tokens.get(at + 1) {
                    found.push((name.clone(), path));
                }
                return at + 2;
            }
            Some(Token::Word(word)) => path.push(word.clone()),
            Some(Token::Path) => {}
            Some(Token::Sign('*')) => {
                found.push(("*".into(), path));
                return at + 1;
            }
            Some(Token::Sign('{')) => {
                at += 1;
                while !matches!(tokens.get(at), None | Some(Token::Sign('}'))) {
                    at = match tokens[at] {
                        Token::Sign(',') => at + 1,
                        _ => branches(tokens, at, &path, found).max(at + 1),
                    };
                }
                return at + 1;
            }
            _ => {
                // `self` in braces is the module itself.
                if path.len() > 1 && path.last().is_some_and(|word| word == "self") {
                    path.pop();
                }
                let name = path.last().cloned().unwrap_or_default();
                if path.len() > prefix.len() || !path.is_empty() {
                    found.push((name, path));
                }
                return at;
            }
        }
        at += 1;
    }
}

/// `a::b::c` in an expression or a type.
fn path(tokens: &[Token], at: usize, names: &mut Names) -> usize {
    let mut path = Vec::new();
    let mut next = at;
    while let Some(Token::Word(word)) = tokens.get(next) {
        path.push(word.clone());
        if tokens.get(next + 1) != Some(&Token::Path) {
            break;
        }
        next += 2;
    }
    if path.len() > 1 {
        names.paths.push(path);
    }
    next.max(at) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split("::").map(String::from).collect()
    }

    #[test]
    fn modules_paths_and_exports_are_told_apart() {
        let names = of("#[path = \"x/y.rs\"]\nmod a;\npub(crate) mod b;\n\
             use crate::c::{self, D, e::F as G};\npub use b::H;\npub use a::*;\n\
             fn f(x: super::T) -> u8 { a::g() }\n#[cfg(test)] mod tests { use crate::z; }");
        assert_eq!(names.modules, [("a".into(), Some("x/y.rs".into())), ("b".into(), None)]);
        let paths = ["crate::c", "crate::c::D", "crate::c::e::F", "super::T", "a::g"].map(path);
        assert_eq!(names.paths, paths);
        assert_eq!(names.exports, [("H".into(), path("b::H")), ("*".into(), path("a"))]);
    }
}
