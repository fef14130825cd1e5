//! What counts as a path of this server, among the texts that browsers take for addresses.

use brisk_app::service::DashboardPage;
use brisk_domain::view::{parse_query, query_string};

/// Whether browsers that are sent to `text` from a page of this server stay on it.
///
/// They leave out tabs and line breaks anywhere and blanks at the ends before they read an address,
/// and take `\` for `/` (the WHATWG's URL standard, "basic URL parser"): `/<TAB>/evil.example` is a
/// host. So a path has none of these, begins with one slash, and not with two.
pub(crate) fn is_local_path(text: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && c != '\\';
    text.starts_with('/') && !text.starts_with("//") && text.chars().all(is_plain)
}

/// `address` without what only one load of a page asks for: what somebody comes back to, or has a link
/// to, is the page itself.
pub(crate) fn lasting(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let mut parameters = parse_query(query);
    let all = parameters.len();
    parameters.retain(|(name, _)| name != DashboardPage::WHOLE);
    match parameters.len() == all {
        true => address.to_owned(),
        false => format!("{path}{}", query_string(&parameters)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use url::Url;

    /// Where a browser goes when it is sent to `text`.
    fn target(text: &str) -> Option<Url> {
        Url::parse("http://own.example:3000/d/sales?x=1").unwrap().join(text).ok()
    }

    #[test]
    fn addresses_last_without_what_one_load_asked_for() {
        for (address, lasting_one) in [
            ("/d/sales?whole-page=1", "/d/sales"),
            (
                "/d/sales?country=%C3%85land&whole-page=1&full=1",
                "/d/sales?country=%C3%85land&full=1",
            ),
            ("/d/sales?country=a+b", "/d/sales?country=a+b"),
            ("/d/sales", "/d/sales"),
        ] {
            assert_eq!(lasting(address), lasting_one);
        }
    }

    #[test]
    fn hosts_in_disguise_are_no_paths() {
        for text in [
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r/evil.example",
            "\t//evil.example",
            " //evil.example",
            "///evil.example",
            "/d/\u{0}x",
            "/d/\u{7f}x",
            "/d/\u{85}x",
            "https://evil.example",
            "javascript:alert(1)",
            "evil.example",
            "",
        ] {
            assert!(!is_local_path(text), "{text:?}");
        }
        for text in
            ["/", "/d/sales?country=France&x=//y", "/d/a b", "/.//x", "/@evil.example", "/:80"]
        {
            assert!(is_local_path(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_path_never_leads_a_browser_to_another_server(
            text in prop_oneof![
                "[/\\\\\\t\\n\\r .@:?#a-e\\x00-\\x1f]{0,12}",
                "/[/\\\\\\t\\n\\r .@:?#]{0,3}evil\\.example",
                "\\PC{0,12}",
                any::<String>(),
            ]
        ) {
            if is_local_path(&text) {
                let target = target(&text).expect("a path is an address");
                prop_assert_eq!(target.origin().ascii_serialization(), "http://own.example:3000");
            }
        }

        #[test]
        fn the_paths_that_pages_write_are_paths(text in "/[a-z0-9/_.%?&=+-]{0,30}") {
            prop_assert_eq!(is_local_path(&text), !text.starts_with("//"));
        }
    }
}
