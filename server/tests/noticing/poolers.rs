//! A listener through PgBouncer: in session mode it works, in transaction mode it reports what is wrong.

use super::world::World;
use brisk_bench::servers::free_port;
use brisk_bench::servers::guarded::Guarded;
use brisk_server::noticing::reports::ListenerState;
use brisk_test_waiting::eventually;
use std::path::Path;
use tokio::net::TcpStream;

struct PgBouncer {
    port: u16,
    _process: Guarded,
    _directory: tempfile::TempDir,
}

/// PgBouncer in front of the server of `url`.
async fn pgbouncer(url: &str, mode: &str) -> PgBouncer {
    let directory = tempfile::tempdir().unwrap();
    let server = url.rsplit(':').next().unwrap().split('/').next().unwrap();
    let port = free_port().unwrap();
    let text = format!(
        "[databases]\n* = host=127.0.0.1 port={server}\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = trust\nauth_file = users\npool_mode = {mode}\n\
         ignore_startup_parameters = extra_float_digits,options\n"
    );
    std::fs::write(directory.path().join("pgbouncer.ini"), text).unwrap();
    std::fs::write(directory.path().join("users"), "\"brisk\" \"\"\n").unwrap();
    let known = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
    let program = known.into_iter().find(|path| Path::new(path).exists());
    let program = program.expect("pgbouncer is not installed; cargo xtask test installs it");
    let mut words = Vec::new();
    // It refuses to run as root.
    if rustix::process::geteuid().is_root() {
        let mut chown = std::process::Command::new("chown");
        chown.args(["-R", "nobody"]).arg(directory.path());
        assert!(chown.status().unwrap().success());
        words.extend([
            "setpriv",
            "--reuid",
            "nobody",
            "--regid",
            "nogroup",
            "--clear-groups",
            "--",
        ]);
    }
    words.extend([program, "pgbouncer.ini"]);
    let words: Vec<_> = words.into_iter().map(Into::into).collect();
    let log = directory.path().join("log");
    let process = Guarded::start(&words, directory.path(), &log, "KILL", &[]).unwrap();
    let listens = async || TcpStream::connect(("127.0.0.1", port)).await.is_ok();
    eventually("PgBouncer listens", listens).await;
    PgBouncer { port, _process: process, _directory: directory }
}

async fn world(mode: &str) -> Option<(World, PgBouncer)> {
    let mut pooler = None;
    let world = World::listening_at(async |url| {
        let server = url.rsplit(':').next().unwrap().split('/').next().unwrap().to_owned();
        let before = pgbouncer(url, mode).await;
        let through = url.replace(&server, &before.port.to_string());
        pooler = Some(before);
        through
    });
    let world = world.await?;
    Some((world, pooler?))
}

#[tokio::test]
async fn through_a_pooler_in_session_mode_changes_are_heard_also_after_a_cut() {
    let Some((world, _pooler)) = world("session").await else { return };
    world.listen().await;
    world.shown("orders").await;
    world.write("insert into orders values (300, 7)").await;
    world.until_true("orders").await;
    let lost = world.report().lost;
    let terminate = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                     where datname = current_database() \
                     and application_name = 'brisk, listening'";
    world.write("insert into orders values (301, 7)").await;
    assert!(world.number(terminate).await >= 1);
    world.write("insert into orders values (302, 7)").await;
    eventually("the cut is noticed", async || world.report().lost > lost).await;
    world.until_listening().await;
    world.until_true("orders").await;
}

#[tokio::test]
async fn a_pooler_in_transaction_mode_is_found_out_and_the_page_says_what_to_do() {
    let Some((world, _pooler)) = world("transaction").await else { return };
    world.make_triggers().await;
    let lost = async || {
        world.noticing.look_again();
        match world.report().state {
            ListenerState::Lost(_, why) => why.contains("listen_url"),
            _ => false,
        }
    };
    eventually("the listener finds that nothing comes through", lost).await;
    assert!(world.page("/admin/invalidation").await.contains("transaction mode"));
}
