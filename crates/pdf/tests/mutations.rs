//! Documents at random: none panics, and all of them can be read.

use crate::dashboard::{document, invoices, messy, usual};
use crate::support::case::Case;
use brisk_domain::{Frame, GridPlace, Timestamp};
use brisk_pdf::{Content, Document, Layout, Paper, PaperSize, pdf};
use brisk_raster::Fonts;
use proptest::prelude::*;
use std::sync::LazyLock;

static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::of_the_machine);

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "\\PC{0,40}",
        1 => proptest::collection::vec(any::<char>(), 0..60).prop_map(|all| all.into_iter().collect()),
        1 => Just("שלום \u{202e}abc\u{202c} مرحبا 123\u{301}".to_owned()),
        1 => Just("👩\u{200d}👩\u{200d}👧 e\u{301}\u{301}\u{301} 한국어 \u{0}\u{7f}\n".to_owned()),
        1 => ("[a-z ]{1,3}", 1_000..4_000_usize).prop_map(|(text, times)| text.repeat(times)),
        1 => Just(String::new()),
    ]
}

fn place() -> impl Strategy<Value = GridPlace> {
    let side = |most: u16| prop_oneof![8 => 0..=most, 1 => any::<u16>()];
    (side(11), side(40), side(12), side(9)).prop_map(|(x, y, w, h)| GridPlace { x, y, w, h })
}

/// A panel: its case, what is changed about it, its place and its texts.
type Mutated = (usize, u8, GridPlace, String, Vec<String>);

fn mutated(case: usize, change: u8, all: &[Case]) -> &Case {
    let start = case % all.len();
    match change {
        // A table from time to time.
        0 => &all[all.len() - 1],
        _ => &all[start],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn mutations_of_documents_do_not_panic(
        panels in proptest::collection::vec(
            (any::<usize>(), 0..8_u8, place(), words(), proptest::collection::vec(words(), 0..3)),
            0..7,
        ),
        title in words(),
        lines in proptest::collection::vec(words(), 0..4),
        as_of in words(),
        language in words(),
        (is_landscape, is_letter, has_pages) in any::<(bool, bool, bool)>(),
        created in any::<i64>(),
    ) {
        let mut all = usual();
        all.extend(messy());
        all.push(invoices(70));
        let empty = Frame::default();
        let panels: Vec<Mutated> = panels;
        let cases: Vec<&Case> =
            panels.iter().map(|panel| mutated(panel.0, panel.1, &all)).collect();
        let mut whole = document(&[], &lines);
        let template = document(&all[..1], &lines).panels;
        for ((_, change, place, title, notes), case) in panels.iter().zip(&cases) {
            let mut panel = template[0].clone();
            let mut input = case.input();
            if *change == 1 {
                input.frame = &empty;
            }
            (panel.place, panel.title, panel.notes) = (*place, title, notes);
            panel.address = Some(title);
            panel.content =
                if *change == 2 { Content::Message(title) } else { Content::Data(Box::new(input)) };
            whole.panels.push(panel);
        }
        let size = if is_letter { PaperSize::Letter } else { PaperSize::A4 };
        let whole = Document {
            title: &title,
            as_of: &as_of,
            language: &language,
            created: Timestamp(created),
            paper: Paper { size, is_landscape },
            layout: if has_pages { Layout::PanelPerPage } else { Layout::Dashboard },
            address: Some(&title),
            ..whole
        };
        let made = pdf(&whole, &FONTS).unwrap();
        prop_assert!(made.bytes.starts_with(b"%PDF-1.7"));
        prop_assert!(made.pages >= 1 && made.pages <= 60, "{}", made.pages);
        let again = pdf(&whole, &FONTS).unwrap();
        prop_assert!(made == again, "not the same bytes");
    }
}
