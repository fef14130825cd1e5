//! Mutated texts of outside: what is read is harmless, what is refused is refused in a sentence.

use crate::messages::contents;
use brisk_delivery::mail::Mailbox;
use brisk_delivery::{Contents, Message};
use brisk_test_mutations::Inputs;

#[test]
fn mutations_of_addresses_are_no_headers_and_no_commands() {
    let seeds = ["ann@example.com", "Ann.B+x@bücher.example", "o'neil@localhost"];
    let words =
        ["@", "<", ">", "\r\n", "\n", "\0", " ", ",", "\"", "..", "RCPT TO:", "[127.0.0.1]"];
    Inputs::new("addresses of mail").seeds(seeds).words(&words).longest(400).texts(|text| {
        match Mailbox::new(Some(text), text) {
            Ok(mailbox) => {
                let address = mailbox.address();
                let is_plain = |c: char| c.is_ascii_graphic() && !"<>,;:\"()[]\\".contains(c);
                assert!(address.chars().all(is_plain), "{text:?}: {address}");
                assert!(address.len() <= 254 && address.matches('@').count() == 1, "{address}");
                assert_eq!(Mailbox::new(None, address).unwrap().address(), address);
                true
            }
            Err(error) => {
                let said = error.to_string();
                assert!(said.len() < 600 && !said.contains(char::is_control), "{said:?}");
                false
            }
        }
    });
}

#[test]
fn mutations_of_titles_and_names_of_files_are_one_line_and_one_name() {
    let seeds = ["Sales 2026-11-30.pdf", "../../etc/passwd", "مبيعات.xlsx", "CON", "👩‍👩‍👧.csv"];
    let words = ["..", "/", "\\", "\0", "\r\n", "\u{202e}", ".", " ", ":", "con"];
    Inputs::new("titles").seeds(seeds).words(&words).longest(3_000).texts(|text| {
        let mut contents: Contents = contents();
        contents.title = text.into();
        contents.attachments[0].name = text.into();
        contents.attachments[1].name = text.into();
        let message = Message::new(contents).unwrap();
        let (title, files) = (&message.contents().title, &message.contents().attachments);
        assert!(!title.is_empty() && title.chars().count() <= 200, "{text:?}");
        assert!(!title.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
        for file in files {
            let name = &file.name;
            assert!(!name.is_empty() && name.len() <= 110, "{text:?}: {name}");
            assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']), "{text:?}: {name:?}");
            let is_bad = |c: char| c.is_control() || "/\\:*?\"<>|\u{202e}".contains(c);
            assert!(!name.contains(is_bad), "{text:?}: {name:?}");
        }
        assert_ne!(files[0].name.to_lowercase(), files[1].name.to_lowercase(), "{text:?}");
        true
    });
}
