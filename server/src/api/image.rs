//! A panel as an image: SVG, or PNG for programs that show no SVG. It stands alone: its title is above, and
//! below it says of which time and which choices it is, and when its data were loaded.

use super::problem;
use crate::exports;
use crate::http::problem::Problem;
use crate::service::Frames;
use brisk_chart::{Caption, Input, Spec, Theme};
use brisk_domain::export::filters;
use brisk_domain::{Panel, PanelData, date_words, parameter};

/// The size of an image without one in the address, in CSS px.
const USUAL: (u16, u16) = (720, 360);
/// The smallest and the largest sides.
const WIDTHS: std::ops::RangeInclusive<u16> = 240..=4_000;
const HEIGHTS: std::ops::RangeInclusive<u16> = 120..=4_000;
/// Pixels for each CSS px, in hundredths: of a PNG without a scale in the address, and the least and the most.
const USUAL_SCALE: u16 = 200;
const SCALES: std::ops::RangeInclusive<u16> = 50..=400;

/// How an image is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImageForm {
    /// Whether it is a PNG.
    pub(super) is_png: bool,
    width: u16,
    height: u16,
    /// In hundredths; of a PNG.
    scale: u16,
    theme: Theme,
}

impl ImageForm {
    /// Reads the parameters of an address; an error is a message.
    pub(super) fn read(pairs: &[(String, String)], is_png: bool) -> Result<Self, String> {
        let last = |name: &str| {
            let given = pairs.iter().rev().find(|(n, v)| n == name && !v.is_empty());
            given.map(|(_, value)| value.as_str())
        };
        let (width, height) = match last(parameter::IMAGE_SIZE) {
            None => USUAL,
            Some(text) => size(text).ok_or_else(|| {
                wrong(
                    text,
                    "a size from 240x120 to 4000x4000, such as 720x360",
                    parameter::IMAGE_SIZE,
                )
            })?,
        };
        let scale = match last(parameter::IMAGE_SCALE) {
            None => USUAL_SCALE,
            Some(text) => scale(text).ok_or_else(|| {
                wrong(text, "a number from 0.5 to 4, such as 2", parameter::IMAGE_SCALE)
            })?,
        };
        let theme = match last(parameter::THEME) {
            None | Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            Some("print") => Theme::Print,
            Some(text) => return Err(wrong(text, "light, dark or print", parameter::THEME)),
        };
        Ok(Self { is_png, width, height, scale, theme })
    }

    /// Tells it from all others.
    pub(super) fn name(self) -> String {
        let Self { is_png, width, height, scale, theme } = self;
        let form = if is_png { format!("png {scale}") } else { "svg".to_owned() };
        format!("{form} {width} {height} {theme:?}")
    }

    /// Draws `panel` with its data.
    pub(super) fn draw(
        self,
        frames: &Frames,
        panel: &Panel,
        data: &PanelData,
    ) -> Result<Vec<u8>, Problem> {
        let title = panel.title_at(frames.window.interval);
        let (spec, note) = (Spec::of(panel, title.clone()), note(frames, panel, data));
        let size = (f64::from(self.width), f64::from(self.height));
        let caption = Caption { title: &title, note: &note };
        let image = brisk_chart::image(&Input::of(&spec, data, size), self.theme, &caption);
        if !self.is_png {
            return Ok(image.svg.into_bytes());
        }
        let png = brisk_raster::png(&image.svg, f64::from(self.scale) / 100.0, exports::fonts());
        let png = png.map_err(|error| match error {
            error @ brisk_raster::Error::TooLarge { .. } => {
                problem::wrong_parameter(&error.to_string())
            }
            error => problem::not_serialised(&error),
        })?;
        if !png.missing.is_empty() {
            tracing::warn!(
                panel = panel.id.as_str(),
                characters = png.missing,
                "no font of this machine has these characters: an image shows boxes in their place"
            );
        }
        Ok(png.bytes)
    }
}

fn wrong(text: &str, wanted: &str, name: &str) -> String {
    let text: String = text.chars().take(40).collect();
    format!("{name} \"{text}\" is not {wanted}")
}

fn size(text: &str) -> Option<(u16, u16)> {
    let (width, height) = text.split_once('x')?;
    let side = |text: &str, range: &std::ops::RangeInclusive<u16>| {
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|side| is_number && range.contains(side))
    };
    Some((side(width, &WIDTHS)?, side(height, &HEIGHTS)?))
}

/// A scale in hundredths.
fn scale(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let scale: f64 = text.parse().ok().filter(|_| is_number)?;
    let hundredths = (scale * 100.0).round() as u16;
    SCALES.contains(&hundredths).then_some(hundredths)
}

/// What an image says below the drawing.
fn note(frames: &Frames, panel: &Panel, data: &PanelData) -> String {
    let interval = panel.interval.unwrap_or(frames.window.interval).word();
    let loaded = data.offsets.local(data.as_of);
    let mut parts = vec![
        data.bounds.label(&data.offsets),
        format!("by {interval}"),
        frames.window.zone.to_string(),
    ];
    let chosen = filters(&frames.dashboard, &frames.view, &frames.window.offsets);
    parts.extend(chosen.iter().map(|(label, values)| format!("{label}: {values}")));
    parts.push(format!("loaded {}, {}", date_words::long(loaded.date()), loaded.format("%H:%M")));
    parts.extend(data.notes.iter().cloned());
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::view::parse_query;

    fn read(query: &str) -> Result<ImageForm, String> {
        ImageForm::read(&parse_query(query), true)
    }

    #[test]
    fn sizes_scales_and_themes_have_limits() {
        let usual = read("").unwrap();
        assert_eq!((usual.width, usual.height, usual.scale), (720, 360, 200));
        let other = read("image-size=1200x630&image-scale=1.5&theme=dark&range=today").unwrap();
        assert_eq!((other.width, other.height, other.scale), (1_200, 630, 150));
        assert_ne!(usual.name(), other.name());
        for wrong in [
            "image-size=239x360",
            "image-size=720x119",
            "image-size=4001x360",
            "image-size=720",
            "image-size=+720x360",
            "image-size=99999999999x360",
            "image-scale=0.4",
            "image-scale=4.1",
            "image-scale=NaN",
            "image-scale=1e1",
            "image-scale=-1",
            "theme=neon",
        ] {
            let said = read(wrong).unwrap_err();
            let (name, _) = wrong.split_once('=').unwrap();
            assert!(said.starts_with(name) && said.len() < 140, "{said}");
        }
    }
}
