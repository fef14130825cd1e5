//! A file needs nothing, asks for nothing, and runs nothing.

use crate::support::{dashboard, data, every_kind, export, floats, london, results, texts};
use brisk_domain::{FailureKind, PanelError};
use brisk_standalone_html::page;

/// The file without its style, whose font is as good as random letters.
fn without_style(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}{after}")
}

/// The names of the attributes in markup, without what is quoted.
fn attributes(markup: &str) -> Vec<String> {
    let mut names = Vec::new();
    for tag in markup.split('<').skip(1) {
        let mut rest = tag;
        while let Some((before, after)) = rest.split_once("=\"") {
            let name = before.rsplit([' ', '\n']).next().unwrap_or_default();
            names.push(name.to_owned());
            rest = after.split_once('"').map_or("", |(_, rest)| rest);
        }
    }
    names
}

#[test]
fn it_has_no_script_and_leads_nowhere_but_to_its_dashboard() {
    let (dashboard, results, zone) = (every_kind(), results(), london());
    let export = export(&dashboard, &zone, &results);
    let whole = page(&export);
    let page = without_style(&whole);
    let link = export.address.unwrap().replace('&', "&amp;");
    let page = page.replacen(&format!("href=\"{link}\""), "", 1);
    for part in [
        "<script",
        "http:",
        "https:",
        "javascript:",
        "<link",
        "<iframe",
        "<object",
        "<form",
        "src=",
        "url(",
    ] {
        assert!(!page.contains(part), "{part}");
    }
    assert_eq!(whole.matches("url(").count(), 1, "the font");
    let allowed =
        ["default-src 'none'", "style-src 'unsafe-inline'", "font-src data:", "img-src data:"];
    let (_, policy) = page.split_once("Content-Security-Policy\" content=\"").unwrap();
    let policy = policy.split('"').next().unwrap();
    for rule in allowed {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(attributes(&page).iter().all(|name| !name.starts_with("on")));
    // Links within the file lead somewhere.
    for place in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(page.contains(&format!(" id=\"{place}\"")), "{place}");
    }
}

#[test]
fn it_is_no_larger_than_its_font_its_style_and_its_data() {
    let dashboard = dashboard(
        "title = \"x\"\nsource = \"shop\"\n[[panel]]\nid = \"x\"\ntitle = \"x\"\nkind = \"stat\"\nsql = \"select 1\"\n",
    );
    let (results, zone) = (vec![Ok(data(vec![("n", floats([1.0]))]))], london());
    let size = page(&export(&dashboard, &zone, &results)).len();
    assert!(size < 100_000, "{size}");
}

#[test]
fn nothing_from_outside_is_markup() {
    let evil = "</style></script><script>alert(1)</script>\"' onload=x <b>&amp;";
    let toml = format!(
        "title = {evil:?}\ndescription = {evil:?}\nsource = \"shop\"\n\
         [[panel]]\nid = \"a\"\ntitle = {evil:?}\ndescription = {evil:?}\nkind = \"table\"\nsql = \"select 1\"\n\
         [[panel]]\nid = \"b\"\ntitle = \"b\"\nkind = \"bar\"\nsql = \"select 1\"\n\
         [[panel]]\nid = \"c\"\ntitle = \"c\"\nkind = \"bar\"\nsql = \"select 1\"\n"
    );
    let dashboard = dashboard(&toml);
    let mut table = data(vec![(evil, texts(&[evil, "x"])), ("n", floats([1.0, 2.0]))]);
    table.notes = vec![evil.into()];
    let bars = data(vec![
        ("x", texts(&[evil, "y"])),
        (evil, floats([1.0, 2.0])),
        ("other", floats([1.0, 2.0])),
    ]);
    let error = PanelError { message: evil.into(), retry: false, kind: FailureKind::Refused };
    let (results, zone) = (vec![Ok(table), Ok(bars), Err(error)], london());
    let mut export = export(&dashboard, &zone, &results);
    export.range = evil.into();
    export.zone = evil;
    export.filters = vec![(evil.into(), evil.into())];
    for address in [Some("javascript:alert(1)"), Some("https://brisk.example/\"><script>"), None] {
        export.address = address;
        let whole = page(&export);
        assert_eq!(whole.matches("</style>").count(), 1);
        let page = without_style(&whole);
        assert!(
            !page.contains("<script") && !page.contains("<b>") && !page.contains("javascript:")
        );
        let names = attributes(&page);
        assert!(!names.iter().any(|name| name == "onload"), "{names:?}");
        assert_eq!(
            page.contains("Open in Brisk"),
            address.is_some_and(|address| address.starts_with("https"))
        );
    }
}

#[test]
fn elements_are_closed_in_the_order_in_which_they_were_opened() {
    const EMPTY: [&str; 3] = ["meta", "br", "!doctype"];
    let (dashboard, results, zone) = (every_kind(), results(), london());
    let page = without_style(&page(&export(&dashboard, &zone, &results)));
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        match () {
            () if tag.starts_with('/') => assert_eq!(open.pop(), Some(name), "{open:?}"),
            () if tag.ends_with('/') || EMPTY.contains(&name) => {}
            () => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let ids: Vec<&str> =
        page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let unique: std::collections::HashSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
}
