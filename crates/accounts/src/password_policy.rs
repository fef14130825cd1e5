//! Which passwords are accepted: long ones that are not among the first that anybody would try. No rules
//! about kinds of characters: they make passwords alike.

use crate::account::LoginName;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The shortest password, in characters.
pub const SHORTEST: usize = 10;
/// The longest: more would only cost time.
pub const LONGEST: usize = 200;

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// It is too short.
    #[error("The password is too short: take at least {SHORTEST} characters, such as four words.")]
    Short,
    /// It is too long.
    #[error("The password is too long: take at most {LONGEST} characters.")]
    Long,
    /// It is one of the first that anybody would try.
    #[error("This is one of the first passwords that anybody would try: take another one.")]
    Common,
    /// It has the account's own name in it, and little else.
    #[error("The password is little more than the account's name: take another one.")]
    Name,
}

/// Common passwords and words, without what people add to them: from leaks of many sites over the years.
static COMMON: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Whether `password` is accepted for the account called `name`.
pub fn check(password: &str, name: &LoginName) -> Result<(), Weak> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Weak::Short);
    }
    if length > LONGEST {
        return Err(Weak::Long);
    }
    let plain = password.to_lowercase();
    let core = core(&plain);
    let is_common = |text: &str| text.chars().count() < 4 || COMMON.contains(text);
    if is_common(&plain) || is_common(core) || is_run(&plain) || is_repeated(&plain) {
        return Err(Weak::Common);
    }
    let local = name.as_str().split('@').next().unwrap_or_default();
    let rest = plain.replace(name.as_str(), "");
    let rest = if local.len() >= 3 { rest.replace(local, "") } else { rest };
    if rest.chars().count() < SHORTEST / 2 && rest.len() < plain.len() {
        return Err(Weak::Name);
    }
    Ok(())
}

/// Without the digits and signs at its ends.
fn core(plain: &str) -> &str {
    plain.trim_matches(|c: char| !c.is_alphabetic())
}

/// Whether each character follows the one before: `abcdefghij`, `9876543210`.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps: BTreeSet<i64> = codes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // A run goes on from 9 to 0.
    let steps: Vec<i64> = steps.into_iter().filter(|step| step.abs() != 9).collect();
    matches!(steps[..], [] | [0] | [1] | [-1])
}

/// Whether it repeats a short text.
fn is_repeated(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=letters.len() / 3)
        .any(|length| letters.chunks(length).all(|part| letters[..length].starts_with(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(password: &str) -> Result<(), Weak> {
        check(password, &LoginName::parse("ann.lee@example.com").unwrap())
    }

    #[test]
    fn length_is_what_counts() {
        assert_eq!(checked("short"), Err(Weak::Short));
        assert_eq!(checked("äöüäöüäöü"), Err(Weak::Short), "nine characters, however many bytes");
        assert_eq!(checked(&"x y".repeat(100)), Err(Weak::Long));
        for good in
            ["correct horse battery", "wet green umbrellas", "tr0ub4dor&3x", "äpfel und birnen"]
        {
            assert_eq!(checked(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_commonest_are_refused_whatever_is_put_around_them() {
        for bad in [
            "1234567890",
            "9876543210",
            "abcdefghijkl",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "qwertyuiop",
            "Qwertyuiop123!",
            "password1234",
            "!!PASSWORD!!",
            "iloveyou2024",
            "20111209130059",
            "football1999",
        ] {
            assert_eq!(checked(bad), Err(Weak::Common), "{bad}");
        }
    }

    #[test]
    fn the_name_of_the_account_is_no_password() {
        for bad in ["ann.lee@example.com", "ann.lee123", "Ann.Lee!2!"] {
            assert_eq!(checked(bad), Err(Weak::Name), "{bad}");
        }
        assert_eq!(checked("ann.lee likes green umbrellas"), Ok(()));
    }

    #[test]
    fn the_list_is_sorted_has_no_doubles_and_is_in_lower_case() {
        let lines: Vec<&str> = include_str!("common_passwords.txt").lines().collect();
        assert!(lines.len() > 300, "{}", lines.len());
        assert!(lines.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(lines.iter().all(|line| *line == line.to_lowercase() && !line.is_empty()));
    }
}
