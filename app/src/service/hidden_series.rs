//! [`HiddenSeries`]: the series of charts that a reader has switched off.

use std::collections::BTreeMap;

/// The most series of a panel that can be hidden; nobody hides more by hand.
const MOST: usize = 100;

/// The names of hidden series by panel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HiddenSeries(BTreeMap<String, Vec<String>>);

impl HiddenSeries {
    /// Reads what `frontend/scripts/live/legend.js` writes: a block for each panel, with an empty line
    /// between them; the first line is the panel, each other one a series.
    pub fn parse(text: &str) -> Self {
        let blocks = text.split("\n\n").filter_map(|block| {
            let (panel, series) = block.split_once('\n')?;
            let mut series: Vec<String> =
                series.split('\n').take(MOST).map(str::to_owned).collect();
            // Equal choices are equal drawings, whatever the order of presses.
            series.sort_unstable();
            series.dedup();
            Some((panel.to_owned(), series))
        });
        Self(blocks.collect())
    }

    /// Those of one panel, in order.
    pub fn of(&self, panel: &str) -> &[String] {
        self.0.get(panel).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_panel_has_its_own_in_order() {
        let hidden = HiddenSeries::parse("by-band\n£2 to £5\nabove\n£2 to £5\n\nother\na");
        assert_eq!(hidden.of("by-band"), ["above", "£2 to £5"]);
        assert_eq!(hidden.of("other"), ["a"]);
        assert!(hidden.of("third").is_empty());
        assert_eq!(HiddenSeries::parse(""), HiddenSeries::default());
        let many =
            format!("p\n{}", (0..1_000).map(|i| format!("{i:04}")).collect::<Vec<_>>().join("\n"));
        assert_eq!(HiddenSeries::parse(&many).of("p").len(), MOST);
    }
}
