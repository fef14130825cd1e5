//! Feeds the template parser and the compiler. `crates/source/tests/fuzz.rs` tests the same
//! properties on stable, over `seeds/compile` and generated statements.

#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|input: &str| {
    properties::hold(input);
});
