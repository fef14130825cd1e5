//! One style sheet out of the parts that `style/main.css` names, in its order. Pure: files come
//! in through a function, so that the tests need none.

use anyhow::{Context, Result, bail};

/// Joins the parts that `main` imports. `read` gives the text of a part.
pub(crate) fn join(main: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut joined = String::new();
    let mut rest = without_comments(main);
    while let Some(at) = rest.find("@import") {
        let (line, after) = rest[at..].split_once(';').context("an @import lacks its `;`")?;
        let name = line["@import".len()..].trim();
        let part = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        let Some(part) = part else {
            bail!("style/main.css: `{line};` is not understood; write @import \"part.css\";");
        };
        joined.push_str(&read(part)?);
        joined.push('\n');
        rest = format!("{}{after}", &rest[..at]);
    }
    if !rest.trim().is_empty() {
        bail!("style/main.css only imports; move `{}` to a part", rest.trim());
    }
    Ok(joined)
}

/// Takes out comments and the blank space that never means anything.
pub(crate) fn squeeze(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let text = without_comments(css);
    let mut chars = text.chars().peekable();
    while let Some(next) = chars.next() {
        match next {
            '"' | '\'' => copy_string(next, &mut chars, &mut out),
            space if space.is_whitespace() => {
                while chars.next_if(|more| more.is_whitespace()).is_some() {}
                let before = out.chars().next_back();
                let after = chars.peek();
                let useless = before.is_none_or(|before| "{};,".contains(before))
                    || after.is_none_or(|after| "{};,".contains(*after));
                if !useless {
                    out.push(' ');
                }
            }
            '}' => {
                if out.ends_with(';') {
                    out.pop();
                }
                out.push('}');
            }
            other => out.push(other),
        }
    }
    out
}

/// Replaces each relative `url(…)` by what `find` says.
pub(crate) fn rewrite_urls(css: &str, find: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find("url(") {
        let (before, after) = rest.split_at(at + "url(".len());
        let (inside, after) = after.split_once(')').context("a url( in style/ lacks its `)`")?;
        let url = inside.trim().trim_matches(['"', '\'']);
        out.push_str(before);
        if url.starts_with(['/', '#']) || url.contains(':') {
            out.push_str(inside);
        } else {
            out.push_str(&format!("\"{}\"", find(url)?));
        }
        out.push(')');
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut chars = css.chars().peekable();
    while let Some(next) = chars.next() {
        match next {
            '"' | '\'' => copy_string(next, &mut chars, &mut out),
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                while let Some(inside) = chars.next() {
                    if last == '*' && inside == '/' {
                        break;
                    }
                    last = inside;
                }
                // Between two words a comment separates them, and nothing else may.
                let between = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
                if between(out.chars().next_back()) && between(chars.peek().copied()) {
                    out.push_str("/**/");
                }
            }
            other => out.push(other),
        }
    }
    out
}

fn copy_string(quote: char, chars: &mut impl Iterator<Item = char>, out: &mut String) {
    out.push(quote);
    while let Some(inside) = chars.next() {
        out.push(inside);
        if inside == '\\' {
            out.extend(chars.next());
        } else if inside == quote {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_in_the_order_of_main() {
        let main = "/* order */\n@import \"a.css\";\n@import \"b.css\";\n";
        let joined = join(main, |name| Ok(format!("/* {name} */"))).unwrap();
        assert_eq!(joined, "/* a.css */\n/* b.css */\n");
    }

    #[test]
    fn a_rule_in_main_is_refused() {
        let error = join("@import \"a.css\";\nb {}", |_| Ok(String::new())).unwrap_err();
        assert!(error.to_string().contains("move `b {}` to a part"), "{error}");
        assert!(join("@import url(a.css);", |_| Ok(String::new())).is_err());
    }

    #[test]
    fn blank_space_and_comments_go_and_meaning_stays() {
        let css = "/* x */\na :hover ,  b > c {\n  width: calc(1px + 2px);\n  color: red; }\n";
        assert_eq!(squeeze(css), "a :hover,b > c{width: calc(1px + 2px);color: red}");
        assert_eq!(squeeze(".a/* y */.b { }"), ".a/**/.b{}");
        assert_eq!(squeeze("a { content: \"  /* ; } */ \\\" \" }"), {
            "a{content: \"  /* ; } */ \\\" \"}"
        });
    }

    #[test]
    fn relative_urls_get_their_hashed_names_and_others_stay() {
        let css = "a{b:url(\"fonts/i.woff2\") url(#x) url(data:image/png;base64,AA) url('/y')}";
        let found = rewrite_urls(css, |name| Ok(format!("/assets/{name}"))).unwrap();
        assert_eq!(
            found,
            "a{b:url(\"/assets/fonts/i.woff2\") url(#x) url(data:image/png;base64,AA) url('/y')}"
        );
    }
}
