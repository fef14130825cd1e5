//! Feeds the parser of templates and the compiler. The same properties are tested on stable by
//! `crates/source/tests/fuzz.rs`, over `seeds/compile` and over generated statements.

#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|input: &str| {
    properties::hold(input);
});
