//! One mutated input: a seed that was changed a few times.

use crate::units::Unit;
use fastrand::Rng;
use std::ops::Range;

/// Numbers at the limits of their types, and what only looks like one.
const NUMBERS: [&str; 26] = [
    "",
    "0",
    "00",
    "-0",
    "-1",
    "+1",
    "1_0",
    "0x1",
    "1.5",
    "127",
    "128",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "1e309",
    "NaN",
];

/// What nests.
const OPENING: [(&str, &str); 8] = [
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("{\"a\":", "}"),
    ("<", ">"),
    ("/*", "*/"),
    ("-", ""),
    ("a.", ""),
];
/// The deepest nesting.
const DEEPEST: u32 = 12;
/// The most changes of one input.
const MOST_CHANGES: usize = 6;

/// What inputs are made of.
pub(crate) struct Mutator<U> {
    pub(crate) seeds: Vec<Vec<U>>,
    pub(crate) words: Vec<Vec<U>>,
    /// The most units of an input.
    pub(crate) longest: usize,
}

impl<U: Unit> Mutator<U> {
    /// One more input.
    pub(crate) fn next(&self, random: &mut Rng) -> Vec<U> {
        let mut input = match self.words.is_empty() || random.u8(..8) > 0 {
            true => self.seed(random).to_vec(),
            // Words in no order.
            false => (0..random.usize(..24)).flat_map(|_| self.word(random)).collect(),
        };
        // Small changes go deeper into a parser than large ones.
        let changes = 1 + random.usize(..MOST_CHANGES).min(random.usize(..MOST_CHANGES));
        for _ in 0..changes {
            self.change(&mut input, random);
            input.truncate(self.longest);
        }
        input
    }

    fn seed(&self, random: &mut Rng) -> &[U] {
        &self.seeds[random.usize(..self.seeds.len())]
    }

    fn word(&self, random: &mut Rng) -> Vec<U> {
        match self.words.get(random.usize(..self.words.len().max(1))) {
            Some(word) => word.clone(),
            None => vec![U::any(random)],
        }
    }

    fn change(&self, input: &mut Vec<U>, random: &mut Rng) {
        let at = random.usize(..=input.len());
        match random.u8(..14) {
            0 | 1 => {
                if let Some(unit) = input.get_mut(at) {
                    *unit = unit.changed(random);
                }
            }
            2 => {
                if let Some(unit) = input.get_mut(at) {
                    *unit = U::any(random);
                }
            }
            3 => input.insert(at, U::any(random)),
            4 => drop(input.drain(part(input.len(), random))),
            5 => input.truncate(at),
            6 => {
                let copy = input[part(input.len(), random)].to_vec();
                let times = 1 << random.u32(..4).min(random.u32(..12));
                insert(input, at, &copy.repeat(times.min(self.longest / copy.len().max(1))));
            }
            // The beginning of one and the end of another.
            7 => {
                let other = self.seed(random);
                let from = random.usize(..=other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            8 => {
                let other = self.seed(random);
                let taken = part(other.len(), random);
                insert(input, at, &other[taken]);
            }
            9 | 10 => insert(input, at, &self.word(random)),
            11 => {
                let number = U::all(NUMBERS[random.usize(..NUMBERS.len())]);
                let found = digits(input, at);
                input.splice(found, number);
            }
            12 => {
                let (open, close) = OPENING[random.usize(..OPENING.len())];
                let depth = 1 << random.u32(..DEEPEST);
                let close = if random.bool() { close } else { "" };
                insert(input, at, &U::all(&[open.repeat(depth), close.repeat(depth)].concat()));
            }
            _ => match U::length(random) {
                Some(length) => {
                    let end = (at + length.len()).min(input.len());
                    input.splice(at..end, length);
                }
                None => {
                    let word = self.word(random);
                    let end = (at + word.len()).min(input.len());
                    input.splice(at..end, word);
                }
            },
        }
    }
}

fn insert<U: Unit>(input: &mut Vec<U>, at: usize, units: &[U]) {
    input.splice(at..at, units.iter().copied());
}

/// A part of so many units; mostly a short one.
fn part(length: usize, random: &mut Rng) -> Range<usize> {
    let from = random.usize(..=length);
    let most = (length - from).min(1 << random.u32(..10));
    from..from + random.usize(..=most)
}

/// The digits next to `at`, or nothing there.
fn digits<U: Unit>(input: &[U], at: usize) -> Range<usize> {
    let Some(first) = input[at..].iter().position(|unit| unit.is_digit()) else { return at..at };
    let first = at + first;
    let count = input[first..].iter().take_while(|unit| unit.is_digit()).count();
    first..first + count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutator() -> Mutator<u8> {
        let all = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        Mutator { seeds: all(&["limit = 250", "é"]), words: all(&["select "]), longest: 5_000 }
    }

    #[test]
    fn the_same_seed_gives_the_same_inputs_and_another_one_others() {
        let of = |seed| {
            let mut random = Rng::with_seed(seed);
            (0..200).map(|_| mutator().next(&mut random)).collect::<Vec<_>>()
        };
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn inputs_are_bounded_and_most_of_them_differ() {
        let (mutator, mut random) = (mutator(), Rng::with_seed(1));
        let inputs: Vec<_> = (0..2_000).map(|_| mutator.next(&mut random)).collect();
        assert!(inputs.iter().all(|input| input.len() <= 5_000));
        let different: std::collections::BTreeSet<_> = inputs.iter().collect();
        assert!(different.len() > 1_200, "{}", different.len());
        let has =
            |part: &[u8]| inputs.iter().any(|input| input.windows(part.len()).any(|w| w == part));
        for part in ["select select ", "9223372036854775808", "((((((((((((((((", "250limit"] {
            assert!(has(part.as_bytes()), "{part}");
        }
        let has_length = |input: &Vec<u8>| input.ends_with(&[0xff, 0xff, 0xff, 0x7f]);
        assert!(inputs.iter().any(has_length), "a length field");
    }
}
