//! Circles among files: shortest paths from a file back to itself.

use super::tree::Arrows;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A shortest circle for each group of files that reach each other; the first file is repeated at
/// the end.
pub(super) fn of(arrows: &Arrows) -> Vec<Vec<PathBuf>> {
    let mut circles = Vec::new();
    let mut known: BTreeSet<&Path> = BTreeSet::new();
    for start in arrows.keys() {
        if known.contains(start.as_path()) {
            continue;
        }
        if let Some(circle) = shortest(arrows, start) {
            let reaches = |from: &Path, to: &Path| reached(arrows, from).contains_key(to);
            known.extend(
                arrows
                    .keys()
                    .map(PathBuf::as_path)
                    .filter(|f| reaches(start, f) && reaches(f, start)),
            );
            circles.push(circle);
        }
    }
    circles
}

/// The shortest path from `start` back to it.
fn shortest(arrows: &Arrows, start: &Path) -> Option<Vec<PathBuf>> {
    let before = reached(arrows, start);
    let mut way = vec![start.to_path_buf()];
    let mut at = *before.get(start)?;
    while at != start {
        way.push(at.to_path_buf());
        at = before.get(at)?;
    }
    way.push(start.to_path_buf());
    way.reverse();
    Some(way)
}

/// Every file reachable from `start`, with its predecessor on a shortest path.
fn reached<'a>(arrows: &'a Arrows, start: &Path) -> BTreeMap<&'a Path, &'a Path> {
    let mut before = BTreeMap::new();
    let Some((start, _)) = arrows.get_key_value(start) else { return before };
    let mut queue = std::collections::VecDeque::from([start.as_path()]);
    while let Some(at) = queue.pop_front() {
        for next in arrows.get(at).into_iter().flatten() {
            if !before.contains_key(next.as_path()) {
                before.insert(next.as_path(), at);
                queue.push_back(next);
            }
        }
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_once_each_and_ways_are_none() {
        let arrow = |from: &str, to: &[&str]| {
            (PathBuf::from(from), to.iter().map(PathBuf::from).collect::<BTreeSet<_>>())
        };
        let arrows = Arrows::from([
            arrow("a", &["b"]),
            arrow("b", &["c", "d"]),
            arrow("c", &["a"]),
            arrow("d", &["e"]),
            arrow("e", &[]),
            arrow("f", &["g"]),
            arrow("g", &["f", "e"]),
        ]);
        let found: Vec<String> = of(&arrows)
            .iter()
            .map(|circle| circle.iter().map(|path| path.display().to_string()).collect())
            .collect();
        assert_eq!(found, ["abca", "fgf"]);
    }
}
