//! One order of all series, merged from the orders within each bucket.
//!
//! A series without a row in the first bucket need not come last: each bucket's rows give an order of
//! its series, and merging these gives one order of all. So names stay in order whichever bucket
//! lacks some of them, and the statement's own order is kept.

use super::sort_keys;
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};

/// The order of the items `0..count`, which are numbered by first appearance. Each row has an item and a
/// group; `None` takes no part. Merges the groups' orders topologically (after Kahn, "Topological
/// sorting of large networks", 1962). Items that no group orders stay in order of appearance; where
/// groups contradict each other, the majority decides, then appearance.
pub(crate) fn order(items: &[Option<usize>], groups: &[Option<usize>], count: usize) -> Vec<usize> {
    // What comes directly after each item, and in how many groups. Lists instead of maps: most items
    // have few neighbours, and browsers load this code.
    let mut followers: Vec<Vec<(usize, usize)>> = vec![Vec::new(); count];
    let mut last_of_group: Vec<Option<usize>> = Vec::new();
    for (item, group) in items.iter().zip(groups) {
        let (Some(item), Some(group)) = (*item, *group) else { continue };
        if group >= last_of_group.len() {
            last_of_group.resize(group + 1, None);
        }
        // A second row of the same item in one bucket adds nothing.
        let Some(before) = last_of_group[group].replace(item).filter(|before| *before != item)
        else {
            continue;
        };
        match followers[before].iter_mut().find(|(then, _)| *then == item) {
            Some((_, votes)) => *votes += 1,
            None => followers[before].push((item, 1)),
        }
    }
    let votes = |first: usize, then: usize| {
        let known = followers[first].iter().find(|(item, _)| *item == then);
        known.map_or(0, |(_, votes)| *votes)
    };
    let is_after = |first: usize, (then, for_it): &(usize, usize)| *for_it > votes(*then, first);
    let mut waits_for = vec![0_usize; count];
    for (first, then) in followers.iter().enumerate() {
        for then in then.iter().filter(|then| is_after(first, then)) {
            waits_for[then.0] += 1;
        }
    }
    let mut free: BinaryHeap<Reverse<usize>> =
        (0..count).filter(|item| waits_for[*item] == 0).map(Reverse).collect();
    let mut is_placed = vec![false; count];
    let mut order = Vec::with_capacity(count);
    let mut next = 0;
    while order.len() < count {
        let item = match free.pop() {
            Some(Reverse(item)) => item,
            // A cycle: the first of its items to appear.
            None => {
                while is_placed[next] {
                    next += 1;
                }
                next
            }
        };
        if std::mem::replace(&mut is_placed[item], true) {
            continue;
        }
        order.push(item);
        for (then, _) in followers[item].iter().filter(|then| is_after(item, then)) {
            waits_for[*then] = waits_for[*then].saturating_sub(1);
            if waits_for[*then] == 0 {
                free.push(Reverse(*then));
            }
        }
    }
    order
}

/// The order of `labels` by a key that all groups are sorted by, if there is one: it also orders
/// labels that never occur in one group, as where series have different categories.
fn sorted(
    places: &[Option<usize>],
    groups: &[Option<usize>],
    labels: &[String],
) -> Option<Vec<usize>> {
    let mut last_of_group: HashMap<usize, usize> = HashMap::new();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (place, group) in places.iter().zip(groups) {
        let (Some(place), Some(group)) = (*place, *group) else { continue };
        let before = last_of_group.insert(group, place);
        pairs.extend(before.filter(|before| *before != place).map(|before| (before, place)));
    }
    let mut indices: Vec<usize> = (0..labels.len()).collect();
    for keys in sort_keys::all(labels) {
        let compare = |a: usize, b: usize| keys[a].cmp(&keys[b]);
        for direction in [Ordering::Less, Ordering::Greater] {
            if !pairs.is_empty() && pairs.iter().all(|(a, b)| compare(*a, *b) == direction) {
                indices.sort_by(|a, b| match direction {
                    Ordering::Less => compare(*a, *b),
                    _ => compare(*b, *a),
                });
                return Some(indices);
            }
        }
    }
    None
}

/// Puts `labels` into the merged order, and adjusts the rows' positions among them.
pub(crate) fn arrange(
    places: &mut [Option<usize>],
    labels: &mut Vec<String>,
    groups: &[Option<usize>],
) {
    let order =
        sorted(places, groups, labels).unwrap_or_else(|| order(places, groups, labels.len()));
    let mut to = vec![0; labels.len()];
    for (new, old) in order.iter().enumerate() {
        to[*old] = new;
    }
    *labels = order.iter().map(|old| std::mem::take(&mut labels[*old])).collect();
    for place in places.iter_mut().flatten() {
        *place = to[*place];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The order that buckets of names agree on.
    fn merged(buckets: &[&str]) -> String {
        let mut known: Vec<char> = Vec::new();
        let (mut items, mut groups) = (Vec::new(), Vec::new());
        for (group, bucket) in buckets.iter().enumerate() {
            for name in bucket.chars() {
                let at = known.iter().position(|k| *k == name).unwrap_or_else(|| {
                    known.push(name);
                    known.len() - 1
                });
                items.push(Some(at));
                groups.push(Some(group));
            }
        }
        order(&items, &groups, known.len()).into_iter().map(|i| known[i]).collect()
    }

    #[test]
    fn buckets_that_lack_some_do_not_change_the_order() {
        assert_eq!(merged(&["bd", "abcd", "c"]), "abcd");
        assert_eq!(merged(&["c", "ab", "bc"]), "abc");
        assert_eq!(merged(&["zy", "yx", "zyx"]), "zyx", "an order that the statement chose");
    }

    #[test]
    fn what_nothing_orders_stays_as_it_appeared() {
        assert_eq!(merged(&["c", "a", "b"]), "cab");
        assert_eq!(merged(&[]), "");
    }

    #[test]
    fn of_contradicting_buckets_most_count_and_then_appearance() {
        assert_eq!(merged(&["ba", "ab", "ab"]), "ab");
        assert_eq!(merged(&["ba", "ab"]), "ba");
        assert_eq!(merged(&["bc", "ca", "ab"]), "bca", "a circle");
        assert_eq!(merged(&["aba"]), "ab", "twice in one bucket");
    }

    /// The labels as they come out of rows of (series, category), in the statement's order.
    fn arranged(rows: &[(&str, &str)]) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        let number = |text: &str, known: &mut Vec<String>| {
            let at = known.iter().position(|k| k == text).unwrap_or_else(|| {
                known.push(text.to_owned());
                known.len() - 1
            });
            Some(at)
        };
        let mut series = Vec::new();
        let groups: Vec<_> = rows.iter().map(|(of, _)| number(of, &mut series)).collect();
        let mut places: Vec<_> = rows.iter().map(|(_, label)| number(label, &mut labels)).collect();
        let before: Vec<String> = rows.iter().map(|(_, label)| (*label).to_owned()).collect();
        arrange(&mut places, &mut labels, &groups);
        let after: Vec<String> = places.iter().map(|at| labels[at.unwrap()].clone()).collect();
        assert_eq!(after, before, "each row keeps its label");
        labels
    }

    #[test]
    fn categories_of_a_result_by_series_are_in_the_order_that_all_are_sorted_by() {
        let names = [("A", "banana"), ("A", "date"), ("B", "apple"), ("B", "cherry")];
        assert_eq!(arranged(&names), ["apple", "banana", "cherry", "date"]);
        let down = [("A", "date"), ("A", "banana"), ("B", "cherry"), ("B", "apple")];
        assert_eq!(arranged(&down), ["date", "cherry", "banana", "apple"]);
        let case = [("A", "banana"), ("A", "Date"), ("B", "Apple"), ("B", "cherry")];
        assert_eq!(arranged(&case), ["Apple", "banana", "cherry", "Date"]);
        let months = [("A", "Feb"), ("A", "Apr"), ("A", "Dec"), ("B", "Jan"), ("B", "Mar")];
        assert_eq!(arranged(&months), ["Jan", "Feb", "Mar", "Apr", "Dec"]);
        let days = [("A", "Monday"), ("A", "Friday"), ("B", "Tuesday"), ("B", "Sunday")];
        assert_eq!(arranged(&days), ["Monday", "Tuesday", "Friday", "Sunday"]);
        let sizes = [("A", "2 kg"), ("A", "10 kg"), ("B", "1 kg"), ("B", "9 kg")];
        assert_eq!(arranged(&sizes), ["1 kg", "2 kg", "9 kg", "10 kg"]);
    }

    #[test]
    fn categories_that_are_sorted_by_something_else_keep_the_statements_order() {
        let rows =
            [("A", "small"), ("A", "large"), ("B", "small"), ("B", "medium"), ("B", "large")];
        assert_eq!(arranged(&rows), ["small", "medium", "large"]);
        assert_eq!(arranged(&[("A", "z"), ("B", "a")]), ["z", "a"], "nothing says how");
    }

    proptest! {
        #[test]
        fn nothing_is_lost(buckets in prop::collection::vec("[a-f]{0,6}", 0..8)) {
            let buckets: Vec<&str> = buckets.iter().map(String::as_str).collect();
            let mut all: Vec<char> = buckets.concat().chars().collect();
            all.sort_unstable();
            all.dedup();
            let mut order: Vec<char> = merged(&buckets).chars().collect();
            order.sort_unstable();
            prop_assert_eq!(order, all);
        }

        #[test]
        fn parts_of_one_order_give_it_back(parts in prop::collection::vec(prop::collection::btree_set(0_u8..9, 1..9), 1..9)) {
            let name = |i: &u8| char::from(b'a' + i);
            let mut buckets: Vec<String> = parts.iter().map(|p| p.iter().map(name).collect()).collect();
            buckets.push("abcdefghi".into());
            let buckets: Vec<&str> = buckets.iter().map(String::as_str).collect();
            prop_assert_eq!(merged(&buckets), "abcdefghi");
        }
    }
}
