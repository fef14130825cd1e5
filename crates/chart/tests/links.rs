//! Marks that lead somewhere, whatever the data is.

use crate::support::case::lay;
use crate::support::cases::usual;
use crate::support::columns::{ints, texts};
use crate::support::links::countries;
use brisk_domain::{Frame, PanelKindName};

#[test]
fn no_name_breaks_out_of_its_link() {
    let hostile = ["\"><script>alert(1)</script>", "' onfocus='x", "javascript:alert(1)", "&amp;"];
    for kind in
        [PanelKindName::Bar, PanelKindName::Donut, PanelKindName::Histogram, PanelKindName::Table]
    {
        for horizontal in [false, true] {
            let mut case = countries(kind, "country=%22%3E%3Cscript%3E");
            lay(&mut case.spec, horizontal);
            case.frame =
                Frame::new(vec![texts("country", &hostile), ints("n", [4, 3, 2, 1])]).unwrap();
            for text in [case.draw().body, case.table()] {
                assert!(!text.contains("<script"), "{text}");
                assert!(!text.contains("href=\"javascript"), "{text}");
                assert!(!text.contains("' onfocus"), "{text}");
            }
        }
    }
}

#[test]
fn without_links_nothing_changes() {
    for case in usual() {
        let body = case.draw().body;
        assert!(!body.contains("<a ") && !body.contains("picked"), "{}", case.name);
    }
}
