//! Images: the same scenes as on pages, at a fixed size and without a style sheet.

use crate::support::case::Case;
use crate::support::cases::{all, usual};
use brisk_chart::{Caption, Image, Theme, image, image_for_page};
use brisk_domain::PanelKindName;
use std::collections::BTreeSet;

const THEMES: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::Print];
const CAPTION: Caption<'static> = Caption {
    title: "Sales <&> more",
    note: "11 Sep – 9 Dec 2011 · Europe/London · as of 13:00",
};
const SIZES: [(f64, f64); 4] = [(0.0, f64::NAN), (340.0, 160.0), (640.0, 300.0), (1600.0, 900.0)];

fn images(mut case: Case) -> Vec<Image> {
    let mut images = Vec::new();
    for size in SIZES {
        case.size = size;
        images.extend(THEMES.map(|theme| image(&case.input(), theme, &CAPTION)));
        images.push(image_for_page(&case.input(), Theme::Print));
    }
    images
}

/// The tags of markup, without what is between them.
fn tags(markup: &str) -> impl Iterator<Item = &str> {
    markup.split('<').skip(1).map(|rest| rest.split_once('>').map_or(rest, |(tag, _)| tag))
}

/// The words of markup.
fn words(markup: &str) -> String {
    let texts = markup.split('<').filter_map(|rest| rest.split_once('>').map(|(_, text)| text));
    texts.collect::<Vec<_>>().join("\n")
}

/// The number of an attribute.
fn number(tag: &str, name: &str) -> Option<f64> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()?.parse().ok()
}

#[test]
fn images_are_whole_documents_that_need_nothing_from_outside() {
    for case in all() {
        let name = case.name;
        for image in images(case) {
            let svg = &image.svg;
            assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" "), "{name}");
            let mut open = Vec::new();
            for tag in tags(svg) {
                let element = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
                match (tag.starts_with('/'), tag.ends_with('/')) {
                    (true, _) => assert_eq!(open.pop(), Some(element), "{name}: {svg}"),
                    (false, true) => {}
                    (false, false) => open.push(element),
                }
                for foreign in [" class=", " style=", " href=", "var(", "foreignObject", "%"] {
                    let is_text = foreign == "%" && element == "svg";
                    assert!(is_text || !tag.contains(foreign), "{name}: {tag}");
                }
                let is_number = element == "svg" || !["NaN", "inf"].iter().any(|n| tag.contains(n));
                assert!(is_number, "{name}: {tag}");
            }
            assert!(open.is_empty(), "{name}: {open:?}");
        }
    }
}

#[test]
fn no_shape_and_no_text_begins_outside_the_image() {
    for case in all() {
        let name = case.name;
        for image in images(case) {
            let mut scaled = 0;
            for tag in tags(&image.svg) {
                scaled += usize::from(tag.starts_with("g "));
                scaled -= usize::from(tag == "/g");
                if scaled > 0 {
                    continue;
                }
                let ends = [("x", image.width), ("x1", image.width), ("x2", image.width)];
                let heights = [("y", image.height), ("y1", image.height), ("cy", image.height)];
                for (attribute, most) in ends.into_iter().chain(heights) {
                    let at = number(tag, attribute).unwrap_or(0.0);
                    assert!((-0.1..=most + 0.1).contains(&at), "{name}: {tag} in {most}");
                }
            }
        }
    }
}

#[test]
fn every_kind_has_an_image() {
    let drawn: BTreeSet<String> = usual()
        .into_iter()
        .filter(|case| {
            let image = image(&case.input(), Theme::Light, &CAPTION);
            !image.svg.contains("No data") && tags(&image.svg).count() > 10
        })
        .map(|case| format!("{:?}", case.spec.kind.name()))
        .collect();
    for kind in PanelKindName::ALL {
        assert!(drawn.contains(&format!("{kind:?}")), "{kind:?} has no image");
    }
}

#[test]
fn parts_of_pages_have_no_ground_and_no_words_around_them() {
    for case in usual() {
        let part = image_for_page(&case.input(), Theme::Print);
        let alone = image(&case.input(), Theme::Print, &CAPTION);
        let has_ground = |image: &Image| {
            let (width, height) = (image.width, image.height);
            image.svg.contains(&format!("<rect width=\"{width}\" height=\"{height}\" "))
        };
        assert_eq!((has_ground(&part), has_ground(&alone)), (false, true), "{}", case.name);
        assert!(!words(&part.svg).contains(CAPTION.note), "{}", case.name);
        assert_eq!(part.summary, alone.summary);
    }
}

/// Figures, cells and names are the same words as on the page, unless there is no room for them.
#[test]
fn images_say_what_pages_say() {
    for mut case in usual() {
        case.size = (1600.0, 900.0);
        let (drawing, image) = (case.draw(), image(&case.input(), Theme::Print, &CAPTION));
        let shown = words(&image.svg);
        for item in &drawing.legend {
            assert!(shown.contains(&item.name), "{}: {}", case.name, item.name);
        }
        assert_eq!(image.summary, drawing.summary);
        assert!(shown.contains("Sales &lt;&amp;&gt; more") && shown.contains(CAPTION.note));
        let on_page = words(&drawing.body.replace("</title>", "</title>\n"));
        let figures = on_page.lines().filter(|line| line.chars().any(|c| c.is_ascii_digit()));
        for figure in figures.map(str::trim) {
            assert!(shown.contains(figure), "{}: {figure:?} is not in {shown}", case.name);
        }
    }
}

/// The colours are written twice, since an image has no style sheet.
#[test]
fn the_colours_are_those_of_pages() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../style");
    let mut pairs = Vec::new();
    for sheet in ["colors", "data-colors"] {
        let text = std::fs::read_to_string(format!("{folder}/{sheet}.css")).unwrap();
        for line in text.lines().filter_map(|line| line.trim().strip_prefix("--")) {
            let Some((name, rest)) = line.split_once(": light-dark(#") else { continue };
            let Some((light, dark)) = rest.split_once(", #") else { continue };
            let dark = dark.split(')').next().unwrap();
            pairs.push((name.to_owned(), format!("#{light}"), format!("#{dark}")));
        }
    }
    let written =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/svg/palette.rs"));
    let written = written.unwrap();
    let (light, rest) = written.split_once("const DARK").unwrap();
    let (dark, _) = rest.split_once("const PRINT").unwrap();
    let used = |name: &str| {
        let is_series = name.len() == 2 && name.starts_with('s');
        let names = ["card", "ink", "ink-2", "ink-3", "line", "line-2", "accent", "accent-ink"];
        is_series || ["good", "bad"].contains(&name) || names.contains(&name)
    };
    let used: Vec<_> = pairs.iter().filter(|(name, ..)| used(name)).collect();
    assert_eq!(used.len(), 18, "{used:?}");
    for (name, in_light, in_dark) in used {
        assert!(light.contains(in_light.as_str()), "{name}: {in_light}");
        assert!(dark.contains(in_dark.as_str()), "{name}: {in_dark}");
    }
}
