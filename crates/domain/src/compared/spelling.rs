//! Rows that are beside none of the earlier period because that spells their name in other letters, capital or small.
//! Databases that take both for one name (MySQL and MariaDB do, unless a column says otherwise) give any of them in
//! each period.

use super::Pairs;
use crate::Values;
use std::collections::{HashMap, HashSet};

impl Pairs<'_> {
    /// What the first such row is called, and what the earlier one is.
    pub(super) fn spelled_otherwise(&self) -> Option<(String, String)> {
        let (own, before) = self.names();
        let rows: Vec<(usize, String)> =
            own.into_values().filter_map(|row| Some((row, self.name_back(row)?))).collect();
        let named: HashSet<&str> = rows.iter().map(|(_, name)| name.as_str()).collect();
        let free = before.iter().filter(|(name, _)| !named.contains(name.as_str()));
        let free: HashMap<String, usize> =
            free.map(|(name, row)| (name.to_lowercase(), *row)).collect();
        let alone = rows.iter().filter(|(_, name)| !before.contains_key(name));
        let pairs = alone.filter_map(|(row, name)| Some((*row, *free.get(&name.to_lowercase())?)));
        let (row, beside) = pairs.min()?;
        self.keys.iter().find_map(|at| {
            let frames = [&self.data.frame, self.previous];
            let [one, other] = frames.map(|frame| frame.columns().get(*at).map(|one| &one.values));
            match (one?, other?) {
                (Values::Text(own), Values::Text(before)) => {
                    let pair = (own.get(row)?.clone()?, before.get(beside)?.clone()?);
                    (pair.0 != pair.1).then_some(pair)
                }
                _ => None,
            }
        })
    }
}
