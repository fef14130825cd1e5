//! The properties of `fuzz/` on a stable compiler: over its seeds, over hostile statements, over
//! seeds that are cut and mixed, and over words put together at random.

use crate::hostile::corpus;
#[path = "../../../fuzz/properties.rs"]
mod properties;

use brisk_test_mutations::Inputs;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::path::{Path, PathBuf};

/// The words that statements are made of, and those that may go wrong in them.
const WORDS: &[&str] = &[
    "select ",
    "from ",
    "where ",
    "with ",
    "a",
    "b as c",
    "t ",
    "as ",
    "1",
    "0.5",
    "null ",
    "in ",
    " in (",
    "(",
    ")",
    "((",
    "))",
    ",",
    ";",
    " = ",
    " or ",
    " and ",
    "union ",
    "all ",
    "order by 1 ",
    "group by 1 ",
    "limit 3 ",
    "case when a then b end ",
    "count(*)",
    "$range(",
    "$bucket(",
    "$bucket(at)",
    "$bucket(at, month)",
    "$optional(",
    "$optional(a in :two)",
    "$time(",
    "$year(at)",
    "$hour(",
    "$epoch(",
    "$epoch_ms(",
    "$text(",
    "$nothing(",
    "$",
    ":",
    "::",
    "::text",
    ":one",
    ":two",
    ":none",
    ":from",
    ":to",
    ":tz",
    ":interval",
    ":user.tenant",
    ":user.",
    ":Upper",
    "'",
    "''",
    "'x'",
    "\"",
    "\"x\"",
    "`",
    "`x`",
    "[",
    "]",
    "[x]",
    "$$",
    "$x$",
    "e'",
    "E'\\'",
    "N'",
    "U&'",
    "U&\"",
    "\\",
    "\\'",
    "--",
    "-- x\n",
    "#",
    "/*",
    "*/",
    "/* x */",
    "/*!",
    "?",
    "?1",
    "$1",
    "@x",
    "@@x",
    "\n",
    "\t",
    "\u{a0}",
    "\u{0}",
    "\u{202e}",
    "é",
    "\u{1f600}",
    "\u{2019}",
    "delete from t",
    "insert into t values (1)",
    "for update",
    "into outfile 'x'",
    "values (1)",
    "interval ",
    "-",
    "+",
    "*",
    "/",
    "%",
    "|",
    "||",
    "&",
    "<",
    ">",
    "!",
    "~",
    "^",
    "{",
    "}",
    ".",
    "1e",
    "0x",
];

/// Finding new failures is the fuzzer's work.
fn the_same_each_time(cases: u32) -> ProptestConfig {
    let config = ProptestConfig::with_cases(cases);
    ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(2011), ..config }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/compile")
}

fn seeds() -> Vec<String> {
    let folder = folder();
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

#[test]
fn the_fuzzers_properties_hold_for_its_seeds_and_for_every_hostile_statement_and_value() {
    let seeds = seeds();
    let compiled: usize = seeds.iter().map(|seed| properties::hold(seed)).sum();
    assert!(seeds.len() >= 25 && compiled >= 40, "{} seeds, {compiled} compiled", seeds.len());
    let statements =
        [corpus::EVERYWHERE, corpus::SQLITE, corpus::POSTGRES, corpus::MYSQL, corpus::CONTAINED];
    for sql in statements.concat() {
        properties::hold(sql);
    }
    for value in corpus::VALUES {
        let compiled = properties::hold(&format!(
            "select :one as a, :user.tenant as b from t where c in :two and $optional(d = :one)\
             \u{1f}{value}"
        ));
        assert_eq!(compiled, 3, "{value:?}");
    }
}

#[test]
fn the_fuzzers_properties_hold_for_statements_made_at_random() {
    let config = the_same_each_time(1_500);
    let words = prop::collection::vec(prop::sample::select(WORDS), 0..24);
    let words = words.prop_map(|words| format!("select {}", words.concat()));
    proptest!(config, |(input in prop_oneof![
        words,
        "\\PC{0,80}",
        "[ -~\\n\\t]{0,120}",
    ])| {
        properties::hold(&input);
    });
}

#[test]
fn the_fuzzers_properties_hold_for_seeds_that_are_cut_and_mixed() {
    let seeds: Vec<String> = seeds().into_iter().filter(|seed| seed.len() < 2_000).collect();
    let config = the_same_each_time(500);
    let seed = || prop::sample::select(seeds.clone());
    let cuts = prop::collection::vec(any::<prop::sample::Index>(), 3);
    let word = prop::sample::select(WORDS);
    let mut compiled = 0;
    let counted = std::cell::RefCell::new(&mut compiled);
    proptest!(config, |(first in seed(), second in seed(), cuts in cuts, word in word)| {
        let cut = |text: &str, at: &prop::sample::Index| {
            let places: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
            places[at.index(places.len())]
        };
        // One more word, or the end of another statement.
        let (head, tail) = first.split_at(cut(&first, &cuts[0]));
        **counted.borrow_mut() += properties::hold(&format!("{head}{word}{tail}"));
        properties::hold(&format!("{head}{}", &second[cut(&second, &cuts[1])..]));
        // One character less.
        let mut less = first.clone();
        less.remove(cut(&first, &cuts[2]));
        **counted.borrow_mut() += properties::hold(&less);
    });
    assert!(compiled > 100, "only {compiled} compile: the others prove little");
}

#[test]
fn the_fuzzers_properties_hold_for_mutations_of_statements() {
    let inputs = Inputs::new("statements").folder(folder()).words(WORDS);
    inputs
        .seeds(corpus::VALUES.iter().map(|value| format!("select :one as a\u{1f}{value}")))
        .count(800)
        .texts(|input| properties::hold(input) > 0);
}
