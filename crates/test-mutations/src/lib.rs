//! Mutated inputs for the tests of parsers of outside input: seeds from a corpus, changed at random in the
//! ways that break parsers, always the same for the same seed.
//!
//! A test names what it feeds, and a property that has to hold for every input and tells whether the
//! input was accepted:
//!
//! ```
//! use brisk_test_mutations::Inputs;
//!
//! let ports = Inputs::new("ports").seed("8080").seed("65535").words(&["+", "0x"]);
//! ports.texts(|text| match text.parse::<u16>() {
//!     Ok(port) => port.to_string().parse() == Ok(port),
//!     Err(error) => error.to_string().len() > 1_000,
//! });
//! ```
//!
//! `cargo xtask test` tries a few hundred to a few thousand inputs of each kind, the same ones each time;
//! `cargo xtask bench --only mutations` tries new ones for a minute each. A failure prints the seed and
//! the file that the input was written to; see [`settings`] for how to try it again.
//!
//! The files: [`inputs`] is the public API, `mutator` changes one input, `units` are what inputs consist
//! of, `cost` is what an input may cost.

mod cost;
pub mod inputs;
mod mutator;
pub mod settings;
mod units;

pub use inputs::Inputs;
