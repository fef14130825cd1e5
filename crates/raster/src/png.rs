//! From SVG to PNG.

use crate::fonts::{FAMILY, Fonts};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// The most pixels of an image: 40 million take 160 MB while they are drawn.
const MOST_PIXELS: f64 = 40e6;
/// The scales that make sense: of screens and of paper.
const SCALES: std::ops::RangeInclusive<f64> = 0.25..=8.0;

/// An image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Png {
    /// The file.
    pub bytes: Vec<u8>,
    /// Characters that no font has, each once, and so are boxes in the image.
    pub missing: String,
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It would have more pixels than there is memory for.
    #[error("an image of {width:.0} × {height:.0} pixels is too large: 40 million are the most")]
    TooLarge {
        /// Its width, in pixels.
        width: f64,
        /// Its height.
        height: f64,
    },
    /// The SVG is none.
    #[error("the drawing cannot be read: {0}")]
    Unreadable(#[from] resvg::usvg::Error),
    /// The file could not be written.
    #[error("the image cannot be written: {0}")]
    Unwritten(String),
}

/// Draws `svg` at `scale` pixels for each of its px; from 0.25 to 8.
///
/// # Errors
/// If `svg` is no SVG, or the image would be too large.
pub fn png(svg: &str, scale: f64, fonts: &Fonts) -> Result<Png, Error> {
    let options =
        Options { fontdb: fonts.all.clone(), font_family: FAMILY.into(), ..Options::default() };
    let tree = Tree::from_str(svg, &options)?;
    let scale = if scale.is_finite() { scale.clamp(*SCALES.start(), *SCALES.end()) } else { 1.0 };
    let size = |length: f32| (f64::from(length) * scale).round().max(1.0);
    let (width, height) = (size(tree.size().width()), size(tree.size().height()));
    let too_large = || Error::TooLarge { width, height };
    if width * height > MOST_PIXELS {
        return Err(too_large());
    }
    let mut pixels = Pixmap::new(width as u32, height as u32).ok_or_else(too_large)?;
    let scale = scale as f32;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let bytes = pixels.encode_png().map_err(|error| Error::Unwritten(error.to_string()))?;
    Ok(Png { bytes, missing: fonts.missing(&words(svg)) })
}

/// What is written in a drawing: its texts, without the title.
fn words(svg: &str) -> String {
    let texts = svg.split("<text").skip(1).filter_map(|rest| rest.split_once('>'));
    texts.map(|(_, text)| text.split("</text>").next().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(text: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"120\" height=\"40\" font-family=\"Inter\">\
             <rect width=\"120\" height=\"40\" fill=\"#ffffff\"/><text x=\"4\" y=\"24\">{text}</text></svg>"
        )
    }

    fn pixels(png: &Png) -> Pixmap {
        Pixmap::decode_png(&png.bytes).unwrap()
    }

    #[test]
    fn text_is_drawn_at_any_scale() {
        let fonts = Fonts::own();
        for (scale, size) in
            [(1.0, (120, 40)), (2.0, (240, 80)), (f64::NAN, (120, 40)), (0.0, (30, 10))]
        {
            let png = png(&drawing("£3.41M ↑ Выручка"), scale, &fonts).unwrap();
            let image = pixels(&png);
            assert_eq!((image.width(), image.height()), size);
            let ink = image.pixels().iter().filter(|pixel| pixel.red() < 200).count();
            assert!(ink > 10, "scale {scale}: {ink}");
            assert_eq!(png.missing, "");
        }
    }

    #[test]
    fn what_no_font_has_is_named() {
        assert_eq!(png(&drawing("売上"), 1.0, &Fonts::own()).unwrap().missing, "上売");
    }

    #[test]
    fn what_is_no_drawing_or_too_large_is_an_error() {
        let fonts = Fonts::own();
        assert!(matches!(png("<p>", 1.0, &fonts), Err(Error::Unreadable(_))));
        let large = drawing("a")
            .replace("width=\"120\" height=\"40\" f", "width=\"8000\" height=\"8000\" f");
        let error = png(&large, 1.0, &fonts).unwrap_err();
        assert!(
            error.to_string().starts_with("an image of 8000 × 8000 pixels is too large"),
            "{error}"
        );
    }
}
