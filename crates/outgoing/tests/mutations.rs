//! Mutated addresses and names: what is refused is refused without its password, and what is read names
//! one host.

use brisk_outgoing::{AllowedNames, Failure, Target};
use brisk_test_mutations::Inputs;

#[test]
fn mutations_of_addresses_name_one_host_or_are_refused_without_a_password() {
    let seeds = [
        "https://login.example.com/realms/main/.well-known/openid-configuration?x=1#top",
        "http://127.0.0.1:8080/",
        "https://[2001:db8::7]:443/keys",
        "https://user:hunter2@keys.example/",
        "http://0x7f.1/",
        "https://bücher.example/",
    ];
    let words = [
        "https://",
        "http://",
        "@",
        ":",
        "//",
        "/",
        "\\",
        "?",
        "#",
        "[",
        "]",
        "::",
        "%2e",
        "%00",
        "。",
        "localhost",
        "127.1",
        "0177.",
        "xn--",
        "\t",
        "\n",
        ":65536",
        "user:hunter2@",
    ];
    Inputs::new("addresses").seeds(seeds).words(&words).longest(2_000).count(5_000).texts(|text| {
        match Target::parse(text) {
            Ok(target) => {
                let again = Target::parse(&target.origin()).unwrap();
                let parts = |target: &Target| (target.host(), target.port(), target.is_tls());
                assert_eq!(parts(&again), parts(&target), "{text}");
                assert!(!target.host().to_string().is_empty(), "{text}");
                let before = text.split("hunter2").next().unwrap_or_default();
                let has_password = target.origin().contains("hunter2") && before.contains(':');
                assert!(!has_password || !before.contains('@'), "{text}: {}", target.origin());
                true
            }
            Err(failure) => {
                let said = failure.to_string();
                // What stands before the first colon is a scheme, whatever it is.
                let is_hidden = matches!(failure, Failure::Scheme(_)) || !said.contains("hunter2");
                assert!(said.len() < 500 && is_hidden, "{said}");
                false
            }
        }
    });
}

#[test]
fn mutations_of_allowed_names_are_read_or_refused_in_a_sentence() {
    let seeds = ["keys.internal", "*.corp.example", "10.0.0.7", "[::1]"];
    Inputs::new("allowed names").seeds(seeds).words(&["*.", ".", ":", "/"]).texts(|text| {
        match AllowedNames::parse([text]) {
            Ok(_) => true,
            Err(error) => {
                assert!(error.to_string().len() < 500, "{} bytes", error.to_string().len());
                false
            }
        }
    });
}
