//! Passwords are kept as argon2id hashes, in PHC string format, which names the parameters. A call takes
//! tens of milliseconds and 19 MiB of memory: the server makes it on threads of its own.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// What a hash costs: OWASP's recommendation for argon2id.
const COST: Cost = Cost { memory: 19_456, passes: 2, lanes: 1 };
/// The most that a kept hash may cost, so that a store that was tampered with cannot stop a server.
const MOST: Cost = Cost { memory: 1 << 18, passes: 16, lanes: 8 };

const SALT: usize = 16;
const OUTPUT: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    /// In KiB.
    memory: u32,
    passes: u32,
    lanes: u32,
}

/// How a password compares with what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// It is another one, or there is none.
    Differs,
    /// It is the one.
    Equal {
        /// The hash was made with other parameters than now: it is to be made again.
        is_outdated: bool,
    },
}

/// The hash to keep of `password`. `None` if there is not enough memory for it.
pub fn hash(password: &str) -> Option<String> {
    hash_at(COST, password)
}

fn hash_at(cost: Cost, password: &str) -> Option<String> {
    let salt: [u8; SALT] = rand::random();
    let output = cost.apply(password, &salt, OUTPUT)?;
    let Cost { memory, passes, lanes } = cost;
    let (salt, output) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(output));
    Some(format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${output}"))
}

/// Compares `password` with the hash that is `kept`. It takes the same time where none is.
pub fn compare(password: &str, kept: Option<&str>) -> Compared {
    let Some(Kept { cost, salt, output }) = kept.and_then(Kept::parse) else {
        // The same work, so that nobody learns from the time which names there are.
        let _ = COST.apply(password, &[0; SALT], OUTPUT);
        return Compared::Differs;
    };
    let own = cost.apply(password, &salt, output.len());
    // These compare in constant time.
    let is_equal = own.is_some_and(|own| blake3::hash(&own) == blake3::hash(&output));
    match is_equal {
        true => Compared::Equal { is_outdated: cost != COST },
        false => Compared::Differs,
    }
}

impl Cost {
    fn apply(self, password: &str, salt: &[u8], length: usize) -> Option<Vec<u8>> {
        let parameters = Params::new(self.memory, self.passes, self.lanes, Some(length)).ok()?;
        let mut output = vec![0; length];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        argon2.hash_password_into(password.as_bytes(), salt, &mut output).ok()?;
        Some(output)
    }
}

struct Kept {
    cost: Cost,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Kept {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("$argon2id$v=19$")?.split('$');
        let mut figures = parts.next()?.split(',');
        let mut figure = |name: &str| figures.next()?.strip_prefix(name)?.parse::<u32>().ok();
        let cost = Cost { memory: figure("m=")?, passes: figure("t=")?, lanes: figure("p=")? };
        let mut bytes = || STANDARD_NO_PAD.decode(parts.next()?).ok();
        let (salt, output) = (bytes()?, bytes()?);
        let is_sensible = cost.memory <= MOST.memory
            && cost.passes <= MOST.passes
            && cost.lanes <= MOST.lanes
            && (16..=64).contains(&output.len());
        (is_sensible && parts.next().is_none()).then_some(Self { cost, salt, output })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory: 64, passes: 1, lanes: 1 };

    #[test]
    fn a_password_equals_its_own_hash_only() {
        let kept = hash("correct horse").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_eq!(compare("correct horse", Some(&kept)), Compared::Equal { is_outdated: false });
        assert_eq!(compare("correct horsf", Some(&kept)), Compared::Differs);
        assert_ne!(kept, hash("correct horse").unwrap(), "each has a salt of its own");
    }

    #[test]
    fn hashes_of_other_parameters_are_taken_and_are_to_be_made_again() {
        let kept = hash_at(CHEAP, "x").unwrap();
        assert_eq!(compare("x", Some(&kept)), Compared::Equal { is_outdated: true });
        assert_eq!(compare("y", Some(&kept)), Compared::Differs);
    }

    #[test]
    fn nothing_equals_what_is_no_hash() {
        let good = hash_at(CHEAP, "").unwrap();
        for kept in [
            "",
            "$argon2id$v=19$m=64,t=1,p=1$$",
            "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            &good.replace("argon2id", "argon2i"),
            &format!("{good}$"),
        ] {
            assert_eq!(compare("", Some(kept)), Compared::Differs, "{kept}");
        }
        assert_eq!(compare("", None), Compared::Differs);
    }
}
