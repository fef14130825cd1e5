//! Lines of any text: they fit, and nothing is lost.

use super::{Faces, Style, Typesetter, sanitised};
use brisk_raster::Fonts;
use proptest::prelude::*;

const STYLE: Style = Style::new(10.0, [0, 0, 0]);

fn with<T>(text: &str, check: impl FnOnce(&Typesetter<'_>) -> T) -> T {
    let faces = Faces::of(&Fonts::own(), text);
    check(&Typesetter::new(&faces).unwrap())
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn lines_break_between_words_and_long_words_anywhere() {
    let text = "Revenue of the previous period, Donaudampfschifffahrtsgesellschaftskapitän";
    with(text, |typesetter| {
        let (lines, is_whole) = typesetter.lines(text, STYLE, 90.0, 9);
        assert!(is_whole);
        assert_eq!(lines[..2], ["Revenue of the", "previous period,"]);
        assert!(lines[2].starts_with("Donaudampf"), "{lines:?}");
        let (lines, is_whole) = typesetter.lines(text, STYLE, 90.0, 2);
        assert_eq!((lines[1].as_str(), is_whole), ("previous period,…", false));
        assert_eq!(typesetter.lines("  ", STYLE, 90.0, 2), (vec![], true));
        assert_eq!(typesetter.cut(text, STYLE, 65.0), "Revenue of…");
        assert_eq!(typesetter.cut("Revenue", STYLE, 60.0), "Revenue");
    });
}

#[test]
fn marks_stay_with_their_letters() {
    let text = "e\u{301}".repeat(40);
    with(&text, |typesetter| {
        for room in 1..60_u8 {
            let (lines, _) = typesetter.lines(&text, STYLE, f32::from(room), 100);
            for line in &lines {
                assert!(line.starts_with('e') && line.ends_with('\u{301}'), "{room}: {line:?}");
            }
        }
    });
}

#[test]
fn glyphs_say_what_they_are_in_either_direction() {
    let text = "abc שלום, £1,200 — Ελλάδα";
    with(text, |typesetter| {
        let shaped = typesetter.shape(text, STYLE);
        let mut said: Vec<&str> = Vec::new();
        for run in &shaped.runs {
            for glyph in &run.glyphs {
                use krilla::text::Glyph as _;
                said.push(&run.text[glyph.text_range()]);
            }
        }
        let mut letters: Vec<char> = said.concat().chars().collect();
        let mut wanted: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(letters, wanted);
        // The last letter of the Hebrew word is the first from the left.
        let at = |letter: &str| said.iter().position(|one| *one == letter).unwrap();
        assert!(at("ם") < at("ש"), "{said:?}");
        assert!((shaped.width * STYLE.size - typesetter.width(text, STYLE)).abs() < 4.0);
    });
}

#[test]
fn digits_of_columns_are_equally_wide() {
    with("", |typesetter| {
        let width = |text| typesetter.shape(text, STYLE.even()).width;
        assert!((width("1111111") - width("8888888")).abs() < 1e-4);
        assert!((typesetter.shape("1111", STYLE).width - width("1111")).abs() > 0.1);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn lines_fit_and_lose_nothing(text in "[a-zéÅ 0-9,.\u{301}Ж-я]{0,120}", room in 12.0_f32..300.0) {
        let text = sanitised(&text);
        let result = with(&text, |typesetter| {
            let (lines, is_whole) = typesetter.lines(&text, STYLE, room, 1_000);
            let widest = lines.iter().map(|line| typesetter.width(line, STYLE)).fold(0.0, f32::max);
            (lines, is_whole, widest)
        });
        let (lines, is_whole, widest) = result;
        prop_assert!(is_whole && widest <= room + 0.01, "{widest} in {room}: {lines:?}");
        prop_assert_eq!(letters(&lines.concat()), letters(&text));
    }
}
