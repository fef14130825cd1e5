//! What readers ask for: ranges of days and countries, some of them far more often than others.

use crate::servers::postgres::Postgres;
use crate::zipf::Zipf;
use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::time::Duration;

/// The countries that readers choose.
pub(super) const COUNTRIES: [&str; 6] =
    ["United Kingdom", "EIRE", "Germany", "France", "Netherlands", "Spain"];
/// Invoice lines for each country in a batch.
pub(super) const LINES: u64 = 2;
/// The ranges, in days, from the one that is asked for most.
const DAYS: [i64; 4] = [7, 30, 14, 21];
/// By how much the popularity of views decreases.
const EXPONENT: f64 = 1.1;

/// One view of the dashboard.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Its first day.
    first: String,
    /// Its last day: tomorrow, so that rows that arrive after midnight are in it as well.
    last: String,
    /// The same as seconds since 1970, without the end.
    seconds: (i64, i64),
    /// The country, or all.
    country: Option<&'static str>,
    /// Invoice lines in it when the data had been loaded.
    pub(super) lines: u64,
}

impl View {
    /// All views, the most popular first.
    pub(super) async fn all(postgres: &Postgres) -> Result<Vec<Self>> {
        let mut views = Vec::new();
        let countries = std::iter::once(None).chain(COUNTRIES.map(Some));
        let mut ranked: Vec<(usize, i64, Option<&'static str>)> = countries
            .enumerate()
            .flat_map(|(c, country)| {
                DAYS.iter().enumerate().map(move |(d, days)| ((c + 1) * (d + 1), *days, country))
            })
            .collect();
        ranked.sort_by_key(|(rank, ..)| *rank);
        for (_, days, country) in ranked {
            let day =
                |offset: i64| format!("((now() at time zone 'Europe/London')::date + ({offset}))");
            let text = |offset| format!("select {}::text", day(offset));
            let seconds = |offset| {
                format!(
                    "select extract(epoch from {}::timestamp at time zone 'Europe/London')::int8",
                    day(offset)
                )
            };
            let seconds =
                (postgres.number(&seconds(1 - days)).await?, postgres.number(&seconds(2)).await?);
            let filter = country.map(|c| format!("and country = '{c}'")).unwrap_or_default();
            let lines = postgres
                .number(&format!(
                    "select count(*) from invoice_lines where invoiced_at >= to_timestamp({})
                     and invoiced_at < to_timestamp({}) {filter}",
                    seconds.0, seconds.1
                ))
                .await?;
            views.push(Self {
                first: postgres.text(&text(1 - days)).await?,
                last: postgres.text(&text(1)).await?,
                seconds,
                country,
                lines: u64::try_from(lines)?,
            });
        }
        Ok(views)
    }

    /// Its parameters in an address of Brisk.
    pub(super) fn query(&self) -> String {
        let country = self.country.map(|country| format!("&country={}", escaped(country)));
        format!("from={}&to={}{}", self.first, self.last, country.unwrap_or_default())
    }

    /// Its parameters in an address of the program before.
    pub(super) fn query_before(&self) -> String {
        let country = self.country.map(|country| format!("&country={}", escaped(country)));
        let (from, to) = self.seconds;
        format!("from={from}&to={to}{}", country.unwrap_or_default())
    }

    /// Lines that each batch adds to it.
    pub(super) fn lines_of_a_batch(&self) -> u64 {
        let countries = if self.country.is_some() { 1 } else { COUNTRIES.len() as u64 };
        countries * LINES
    }
}

fn escaped(text: &str) -> String {
    text.replace(' ', "%20")
}

/// A reader's way through the views, the same in each phase.
pub(super) struct Trace {
    random: StdRng,
    popularity: Zipf,
    pause: Duration,
}

impl Trace {
    /// That of reader `reader`, who looks at a page for `pause` on average.
    pub(super) fn new(seed: u64, reader: u64, views: usize, pause: Duration) -> Self {
        let random = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(reader));
        Self { random, popularity: Zipf::new(views, EXPONENT), pause }
    }

    /// How long the reader waits, and the number of the view that they open then.
    pub(super) fn next(&mut self) -> (Duration, usize) {
        let uniform: f64 = self.random.random_range(f64::EPSILON..1.0);
        (self.pause.mul_f64(-uniform.ln()), self.popularity.draw(&mut self.random))
    }
}
