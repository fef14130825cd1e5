//! One order of all series, merged from the orders within each bucket.
//!
//! A series without a row in the first bucket need not come last: each bucket's rows give an order of
//! the series that it has, and merging these gives one of them all. So names stay in order whichever
//! bucket lacks some of them, and an order that the statement chose is kept.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

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
            // A cycle: its item that appeared first.
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

/// Puts `labels` into the merged order, and adjusts the rows' positions among them.
pub(crate) fn arrange(
    places: &mut [Option<usize>],
    labels: &mut Vec<String>,
    groups: &[Option<usize>],
) {
    let order = order(places, groups, labels.len());
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
