//! [`Inputs`]: one kind of input, and trying it.

use crate::cost;
use crate::mutator::Mutator;
use crate::settings::Settings;
use crate::units::Unit;
use fastrand::Rng;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// One kind of input: seeds to mutate, and the words of its format.
#[derive(Debug, Clone)]
pub struct Inputs {
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    words: Vec<String>,
    count: usize,
    longest: usize,
}

impl Inputs {
    /// A kind of input of that name, without seeds yet.
    pub fn new(name: &'static str) -> Self {
        Self { name, seeds: Vec::new(), words: Vec::new(), count: 2_000, longest: 16 << 10 }
    }

    /// One more seed.
    pub fn seed(mut self, seed: impl AsRef<[u8]>) -> Self {
        self.seeds.push(seed.as_ref().to_vec());
        self
    }

    /// More seeds.
    pub fn seeds<S: AsRef<[u8]>>(self, seeds: impl IntoIterator<Item = S>) -> Self {
        seeds.into_iter().fold(self, Self::seed)
    }

    /// Every file of a folder as a seed.
    ///
    /// # Panics
    /// If there is none.
    pub fn folder(self, folder: impl AsRef<Path>) -> Self {
        let files = files(folder.as_ref());
        assert!(!files.is_empty(), "there is no file in {}", folder.as_ref().display());
        self.seeds(files)
    }

    /// Every line of a file as a seed.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn lines(self, file: impl AsRef<Path>) -> Self {
        let file = file.as_ref();
        let text = std::fs::read_to_string(file).unwrap_or_else(|error| unreadable(file, &error));
        self.seeds(text.lines())
    }

    /// Words of the format, which are inserted and put together.
    pub fn words(mut self, words: &[&str]) -> Self {
        self.words.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    /// How many inputs a short run tries.
    pub fn count(self, count: usize) -> Self {
        Self { count, ..self }
    }

    /// The most bytes or characters of an input.
    pub fn longest(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// Tries `property` with the seeds and with mutated bytes; it tells whether an input was accepted.
    ///
    /// # Panics
    /// As `property` does, with the input in a file; if an input takes too long; and if no input is
    /// accepted, so that nothing was proven.
    pub fn bytes(&self, mut property: impl FnMut(&[u8]) -> bool) {
        self.try_all(|text| text.to_vec(), |units| units.to_vec(), &mut property);
    }

    /// The same with mutated texts.
    ///
    /// # Panics
    /// As [`Inputs::bytes`] does.
    pub fn texts(&self, mut property: impl FnMut(&str) -> bool) {
        self.try_all::<char>(
            |seed| String::from_utf8_lossy(seed).chars().collect(),
            |units| units.iter().collect::<String>().into_bytes(),
            &mut |input| property(&String::from_utf8_lossy(input)),
        );
    }

    fn try_all<U: Unit>(
        &self,
        read: impl Fn(&[u8]) -> Vec<U>,
        write: impl Fn(&[U]) -> Vec<u8>,
        property: &mut dyn FnMut(&[u8]) -> bool,
    ) {
        let settings = Settings::of_environment();
        let mut run = Run { name: self.name, seed: settings.seed, tried: 0, accepted: 0 };
        if let Some(file) = &settings.only {
            let input = std::fs::read(file);
            run.attempt(&input.unwrap_or_else(|error| unreadable(file, &error)), property);
            return;
        }
        for seed in &self.seeds {
            run.attempt(seed, property);
        }
        let mutator = Mutator {
            seeds: self.seeds.iter().map(|seed| read(seed)).collect(),
            words: self.words.iter().map(|word| U::all(word)).collect(),
            longest: self.longest,
        };
        let (mut random, begun) = (Rng::with_seed(settings.seed), Instant::now());
        while match settings.length {
            Some(length) => begun.elapsed() < length,
            None => run.tried < self.count,
        } {
            run.attempt(&write(&mutator.next(&mut random)), property);
        }
        assert!(run.accepted > 0, "no input of {} is accepted: the seeds prove nothing", self.name);
        if settings.length.is_some() {
            let Run { name, seed, tried, accepted } = run;
            // Past the tests' own capture: a long run is a measurement.
            let line =
                format!("    {name:<24}{tried:>10} inputs, {accepted:>9} accepted, seed {seed}\n");
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }
}

struct Run {
    name: &'static str,
    seed: u64,
    tried: usize,
    accepted: usize,
}

impl Run {
    fn attempt(&mut self, input: &[u8], property: &mut dyn FnMut(&[u8]) -> bool) {
        let held = catch_unwind(AssertUnwindSafe(|| cost::bounded(|| property(input))));
        self.tried += 1;
        match held {
            Ok(accepted) => self.accepted += usize::from(accepted),
            Err(panic) => {
                let place = keep(self.name, self.seed, self.tried, input);
                let line = format!(
                    "{}, seed {}: input {} fails; it is {place}\n",
                    self.name, self.seed, self.tried
                );
                let _ = std::io::stderr().write_all(line.as_bytes());
                resume_unwind(panic);
            }
        }
    }
}

/// Writes the input to a file; in words, where that is.
fn keep(name: &str, seed: u64, number: usize, input: &[u8]) -> String {
    let folder = std::env::temp_dir().join("brisk-mutations");
    let file = folder.join(format!("{}-{seed}-{number}", name.replace(' ', "-")));
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, input));
    match written {
        Ok(()) => format!("in {}", file.display()),
        Err(error) => format!("{:?} ({error})", String::from_utf8_lossy(input)),
    }
}

/// The contents of the files in a folder, in the order of their names.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = folder.read_dir().unwrap_or_else(|error| unreadable(folder, &error));
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.is_file());
    files.sort();
    let read =
        |file: PathBuf| std::fs::read(&file).unwrap_or_else(|error| unreadable(&file, &error));
    files.into_iter().map(read).collect()
}

#[allow(clippy::panic)] // That is how a test fails.
fn unreadable(path: &Path, error: &std::io::Error) -> ! {
    panic!("{} cannot be read: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn seeds_come_first_and_are_followed_by_so_many_inputs() {
        let seen = RefCell::new(Vec::new());
        Inputs::new("seeds").seeds(["one", "two"]).count(50).texts(|text| {
            seen.borrow_mut().push(text.to_owned());
            true
        });
        let seen = seen.into_inner();
        assert_eq!((seen.len(), &seen[..2]), (50, &["one".to_owned(), "two".to_owned()][..]));
    }

    #[test]
    #[should_panic(expected = "the seeds prove nothing")]
    fn a_property_that_accepts_nothing_is_no_proof() {
        Inputs::new("nothing").seed("x").count(5).bytes(|_| false);
    }

    #[test]
    fn an_input_that_fails_is_in_a_file() {
        let name = "an input that fails";
        let fails = || {
            Inputs::new(name).seed("fine").count(500).bytes(|input| {
                assert!(input.starts_with(b"f"), "it begins otherwise");
                true
            })
        };
        assert!(catch_unwind(fails).is_err());
        let folder = std::env::temp_dir().join("brisk-mutations");
        let kept = folder.read_dir().unwrap().flatten().map(|entry| entry.path());
        let named =
            |file: &PathBuf| file.display().to_string().contains("an-input-that-fails-2011-");
        let file = kept.into_iter().find(named).unwrap();
        assert!(!std::fs::read(&file).unwrap().starts_with(b"f"));
        std::fs::remove_file(file).unwrap();
    }
}
