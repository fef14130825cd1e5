//! Runs the proofs in full and prints what they measured.

#![allow(clippy::print_stdout, reason = "reports are for people in a terminal")]

use anyhow::Result;
use brisk_bench::servers::mariadb::MariaDb;
use brisk_bench::servers::postgres::Postgres;
use brisk_bench::{
    attack, case, chaos, cluster, cold, cold_cost, csv_import, deliveries, differential, faults,
    flight, freshness, hot, leaving, open_pages, replay, replicas, round_trips, sign_ins, soak,
    sqlite_worker, stampede,
};
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// Proofs and measurements of the cache, on real servers started for them.
#[derive(Debug, Parser)]
#[command(name = "brisk-bench")]
struct Cli {
    /// The program under test, built for release.
    #[arg(long, default_value = "target/release/brisk")]
    program: PathBuf,
    #[command(subcommand)]
    proof: Proof,
}

#[derive(Debug, Subcommand)]
enum Proof {
    /// The case that Brisk grew out of, phase by phase.
    Case {
        /// Invoice lines.
        #[arg(long, default_value_t = 10_673_710)]
        rows: u64,
        /// Rounds; each has all phases.
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// How long readers read in each phase of a round, in seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Readers.
        #[arg(long, default_value_t = 4)]
        readers: u64,
        /// How long a reader looks at a page on average, in seconds.
        #[arg(long, default_value_t = 5.0)]
        pause: f64,
        /// Reproduces what they open.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The demo data.
        #[arg(long, default_value = "demo/online_retail.csv.xz")]
        csv: PathBuf,
        /// A file for the phases as bars.
        #[arg(long)]
        chart: Option<PathBuf>,
    },
    /// The program that the case begins with, which `case` starts.
    #[command(hide = true)]
    Before {
        /// The address to listen on.
        #[arg(long)]
        listen: String,
        /// PostgreSQL's URL.
        #[arg(long)]
        database: String,
    },
    /// Three replicas behind nginx, a Redis Cluster, a source spread over three servers.
    Cluster {
        /// The release that the replicas run at first.
        #[arg(long)]
        older: Option<PathBuf>,
        /// Rows of the spread table.
        #[arg(long, default_value_t = 1_000_000)]
        rows: u64,
        /// Requests a second.
        #[arg(long, default_value_t = 200.0)]
        rate: f64,
        /// Rounds of what costs are measured in.
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// How long each is, in seconds.
        #[arg(long, default_value_t = 15)]
        seconds: u64,
        /// Pages that are open on one replica.
        #[arg(long, default_value_t = 20_000)]
        pages: usize,
        /// Parts to measure, separated by commas; all of them where left out.
        #[arg(long, value_enum, value_delimiter = ',')]
        parts: Vec<cluster::Part>,
        /// Keeps the cluster running, and measures nothing.
        #[arg(long)]
        stay: bool,
    },
    /// After an acknowledged invalidation no reader gets an older value as current, whatever fails.
    Freshness {
        /// Checked reads, at least.
        #[arg(long, default_value_t = 100_000)]
        reads: u64,
        /// Processes that share one Redis.
        #[arg(long, default_value_t = 3)]
        replicas: usize,
        /// The seed of the schedule; random by default.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// A thousand requests for one entry over three processes run one statement.
    Flight,
    /// Eight clients and an empty cache.
    Stampede {
        /// Rows in PostgreSQL.
        #[arg(long, default_value_t = 3_400_000)]
        rows: u64,
        /// Measurements of each kind.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// The demo data.
        #[arg(long, default_value = "demo/online_retail.csv.xz")]
        csv: PathBuf,
    },
    /// A cold page against its bare statements.
    Cold {
        /// Rows in PostgreSQL.
        #[arg(long, default_value_t = 3_400_000)]
        rows: u64,
        /// Measurements of each kind.
        #[arg(long, default_value_t = 11)]
        rounds: usize,
        /// The demo data.
        #[arg(long, default_value = "demo/online_retail.csv.xz")]
        csv: PathBuf,
    },
    /// What twenty cold panels cost PostgreSQL, against the same questions written by hand.
    ColdCost {
        /// Rows in PostgreSQL.
        #[arg(long, default_value_t = 3_200_000)]
        rows: u64,
        /// Measurements of each kind.
        #[arg(long, default_value_t = 9)]
        rounds: usize,
    },
    /// Generated statements through page, API and CSV against the databases' own clients.
    Differential {
        /// Statements.
        #[arg(long, default_value_t = 2_000)]
        statements: usize,
        /// The seed; random by default.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Commands to Redis and PostgreSQL for a hot dashboard.
    RoundTrips,
    /// A hot page against a static file of the same size.
    Hot {
        /// Measurements of each kind.
        #[arg(long, default_value_t = 7)]
        rounds: usize,
        /// Duration of each, in seconds.
        #[arg(long, default_value_t = 4)]
        seconds: u64,
    },
    /// Thousands of open pages, with data that changes every second.
    OpenPages {
        /// Pages.
        #[arg(long, default_value_t = 5_000)]
        pages: usize,
        /// Changes.
        #[arg(long, default_value_t = 60)]
        changes: usize,
    },
    /// What it costs that SQLite statements run in processes of their own.
    SqliteWorker {
        /// Another build to compare with.
        #[arg(long)]
        before: Option<PathBuf>,
        /// Measurements of each kind.
        #[arg(long, default_value_t = 15)]
        rounds: usize,
    },
    /// Files of several sizes into SQLite and PostgreSQL: speed and memory.
    Import {
        /// The sizes in MiB.
        #[arg(long, value_delimiter = ',', default_values_t = [50, 200])]
        sizes: Vec<u64>,
    },
    /// A day in minutes.
    Soak {
        /// Duration in seconds.
        #[arg(long, default_value_t = 360)]
        seconds: u64,
    },
    /// Servers that are killed, paused, slow or full.
    Faults {
        /// Duration of each fault, in seconds.
        #[arg(long, default_value_t = 4)]
        hold: u64,
    },
    /// All components killed, paused, cut off and filled at random, under load of every kind.
    Chaos {
        /// How long, in seconds.
        #[arg(long, default_value_t = 600)]
        seconds: u64,
        /// The seed of the schedule; random by default.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Readers who leave before their panels are ready.
    Leaving {
        /// Readers.
        #[arg(long, default_value_t = 10_000)]
        readers: usize,
        /// The seed: who leaves when.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Three hundred sign-ins a minute while others read, and the memory of a session.
    SignIns {
        /// Accounts.
        #[arg(long, default_value_t = 50)]
        accounts: usize,
        /// Requests a second of the reader.
        #[arg(long, default_value_t = 400.0)]
        rate: f64,
        /// Duration of each measurement, in seconds.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
        /// Measurements of each kind.
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// Sessions whose memory is measured.
        #[arg(long, default_value_t = 1_000)]
        sessions: usize,
    },
    /// Webhook deliveries to two replicas while their Redis is killed and restarted.
    Deliveries {
        /// Deliveries a second.
        #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
        rate: u32,
        /// Duration in seconds.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
        /// How long Redis is away, in seconds.
        #[arg(long, default_value_t = 2)]
        away: u64,
    },
    /// How long it takes until another replica has followed a change.
    Replicas {
        /// Measurements of each kind.
        #[arg(long, default_value_t = 30)]
        rounds: usize,
    },
    /// Hostile clients, statements and files, all at once.
    Attack {
        /// Duration at rest and under attack, in seconds each.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Hostile connections.
        #[arg(long, default_value_t = 2_000)]
        connections: usize,
        /// New cold views a second by one client.
        #[arg(long, default_value_t = 200)]
        views: u64,
    },
    /// Ten minutes of traffic, with the cache and without.
    Replay {
        /// Duration of the traffic, in seconds.
        #[arg(long, default_value_t = 600)]
        seconds: u64,
        /// Views per second.
        #[arg(long, default_value_t = 40.0)]
        rate: f64,
        /// The seed of the trace.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How readers choose their views.
        #[arg(long, value_enum, default_value_t = replay::Readers::Visits)]
        readers: replay::Readers,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let program = std::path::absolute(&cli.program)?;
    match cli.proof {
        Proof::Case { rows, rounds, seconds, readers, pause, seed, csv, chart } => {
            let (length, pause) = (Duration::from_secs(seconds), Duration::from_secs_f64(pause));
            let settings =
                case::Settings { program, csv, rows, rounds, length, readers, pause, seed };
            let report = case::run(&settings).await?;
            println!("{report}");
            if let Some(file) = chart {
                std::fs::write(file, report.chart()?)?;
            }
            report.check()?;
        }
        Proof::Before { listen, database } => case::before::serve(&listen, &database).await?,
        Proof::Cluster { older, rows, rate, rounds, seconds, pages, parts, stay } => {
            let older = older.map(std::path::absolute).transpose()?;
            let length = Duration::from_secs(seconds);
            let settings =
                cluster::Settings { program, older, rows, rate, pages, rounds, length, parts };
            if stay {
                return cluster::stay(&settings).await;
            }
            let report = cluster::run(&settings).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::Freshness { reads, replicas, seed } => {
            let seed = seed.unwrap_or_else(rand::random);
            println!("freshness: seed {seed}");
            let patience = Duration::from_secs(60) + Duration::from_millis(reads * 10);
            let settings = freshness::Settings { program, replicas, reads, seed, patience };
            println!("{}", freshness::run(&settings).await?);
        }
        Proof::Flight => {
            let report = flight::run(&program, flight::Times::SHORT).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::Stampede { rows, rounds, csv } => {
            let settings = stampede::Settings { program, csv, rows, rounds };
            println!("{}", stampede::run(&settings).await?);
        }
        Proof::Cold { rows, rounds, csv } => {
            let settings = cold::Settings { program, csv, rows, rounds };
            println!("{}", cold::run(&settings).await?);
        }
        Proof::Import { sizes } => {
            let server = Postgres::start().await?;
            let postgres = Some(server.owner_url());
            let report = csv_import::run(&csv_import::Settings { program, sizes, postgres })?;
            println!("{report}");
            report.check(32 << 20)?;
        }
        Proof::ColdCost { rows, rounds } => {
            let settings = cold_cost::Settings { program, rows, rounds };
            println!("{}", cold_cost::run(&settings).await?);
        }
        Proof::Differential { statements, seed } => {
            let seed = seed.unwrap_or_else(rand::random);
            println!("differential: seed {seed}");
            let postgres = Postgres::start().await?;
            let maria = MariaDb::start()?;
            let directory = tempfile::tempdir()?;
            let places = differential::Places {
                postgres: postgres.owner_url(),
                maria: maria.url(),
                sqlite: directory.path().join("samples.sqlite"),
            };
            let settings = differential::Settings { program, places, statements, seed };
            let report = differential::run(&settings).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::RoundTrips => {
            let report = round_trips::run(&program).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::Hot { rounds, seconds } => {
            println!("{}", hot::run(&program, rounds, Duration::from_secs(seconds)).await?);
        }
        Proof::OpenPages { pages, changes } => {
            let report = open_pages::run(&program, pages, changes).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::SqliteWorker { before, rounds } => {
            let before = before.map(std::path::absolute).transpose()?;
            let settings = sqlite_worker::Settings { program, before, rounds };
            println!("{}", sqlite_worker::run(&settings).await?);
        }
        Proof::Soak { seconds } => {
            let report = soak::run(&program, Duration::from_secs(seconds)).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::Faults { hold } => {
            let report = faults::run(&program, Duration::from_secs(hold)).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::Chaos { seconds, seed } => {
            let seed = seed.unwrap_or_else(rand::random);
            println!("chaos: seed {seed}");
            let length = Duration::from_secs(seconds);
            let report = chaos::run(&chaos::Settings { program, length, seed }).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::Leaving { readers, seed } => {
            let report = leaving::run(&program, readers, seed).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::SignIns { accounts, rate, seconds, rounds, sessions } => {
            let length = Duration::from_secs(seconds);
            let usual = sign_ins::usual(&program);
            let settings = sign_ins::Settings { accounts, rate, length, rounds, sessions, ..usual };
            let report = sign_ins::run(&settings).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::Deliveries { rate, seconds, away } => {
            let (length, away) = (Duration::from_secs(seconds), Duration::from_secs(away));
            let settings = deliveries::Settings { program, a_second: rate, length, away };
            println!("{}", deliveries::run(&settings).await?);
        }
        Proof::Replicas { rounds } => {
            let settings = replicas::Settings { rounds, ..replicas::usual(&program) };
            let report = replicas::run(&settings).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::Attack { seconds, connections, views } => {
            let length = Duration::from_secs(seconds);
            let settings = attack::Settings { program, length, connections, views };
            let report = attack::run(&settings).await?;
            println!("{report}");
            report.check()?;
        }
        Proof::Replay { seconds, rate, seed, readers } => {
            let length = Duration::from_secs(seconds);
            let settings = replay::Settings { program, length, rate, seed, readers };
            println!("{}", replay::run(&settings).await?);
        }
    }
    Ok(())
}
