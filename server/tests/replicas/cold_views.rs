//! Views that nobody has looked at yet, which several people ask two processes for at the same moment.

use super::accounts::{add, closed, sign_in};
use super::world::{World, get, open, stores};
use brisk_accounts::LoginName;
use brisk_accounts::account::Attributes;
use brisk_bench::servers::brisk::Brisk;
use brisk_domain::{AttributeName, Selection, TeamName, Timestamp};
use brisk_store::{AccountChange, Actor};
use brisk_test_waiting::{eventually, eventually_blocking};
use sqlx::{Connection as _, PgConnection, Row as _};
use std::io::Read as _;

/// Each run of the statement waits until it may go on, and has a text of its own.
const HELD: &str = "
    create table orders (x int);
    insert into orders values (1);
    create function held() returns text language plpgsql as $$ begin
      perform pg_advisory_xact_lock_shared(4711);
      return gen_random_uuid()::text;
    end $$;
";
const RATES: &str = "title = \"Rates\"\nsource = \"lake\"\ncache = { ttl = \"12h\" }\n[[panel]]\n\
    id = \"n\"\ntitle = \"N\"\nkind = \"table\"\n\
    sql = \"select :user.tenant as tenant, held() as run from orders\"\n";
const PANEL: &str = "/api/v1/dashboards/rates/panels/n.csv";

fn tenant(name: &str) -> Attributes {
    let attribute = AttributeName::parse("tenant").unwrap();
    Attributes::from([(attribute, Selection::of([name.to_owned()]))])
}

/// Ann and Ben are of one tenant, by themselves and by a team; Eve and Dan of another.
async fn people(world: &World) {
    for (name, role) in [
        ("root", "admin"),
        ("ann", "viewer"),
        ("ben", "viewer"),
        ("dan", "viewer"),
        ("eve", "viewer"),
    ] {
        add(world, name, role);
    }
    let (store, now) = (world.store().await, Timestamp(0));
    let by = Actor { name: "the test".into(), address: String::new() };
    let of_acme = TeamName::parse("acme").unwrap();
    store.change_team(&of_acme, &tenant("acme"), &by, now).await.unwrap();
    for (name, change) in [
        ("ann", AccountChange::Attributes(tenant("acme"))),
        ("ben", AccountChange::Teams([of_acme].into())),
        ("dan", AccountChange::Attributes(tenant("bolt"))),
        ("eve", AccountChange::Attributes(tenant("bolt"))),
    ] {
        let name = LoginName::parse(name).unwrap();
        let id = store.account_named(&name).await.unwrap().unwrap().id;
        store.change_account(&id, &change, &by, now).await.unwrap();
    }
    closed(world);
}

/// A figure of both processes together.
fn figure(world: &World, root: &str, name: &str) -> u64 {
    let of = |replica: &Brisk| {
        let text = get(replica, "/metrics", root).text;
        let start = format!("brisk_{name} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&start)?.parse::<u64>().ok());
        value.unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    world.replicas().into_iter().map(of).sum()
}

/// How many statements wait until they may go on.
async fn held(database: &mut PgConnection) -> i64 {
    let sql =
        "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711 and not granted
      and database = (select oid from pg_database where datname = current_database())";
    sqlx::query(sql).fetch_one(database).await.unwrap().get(0)
}

/// The row that came back: the tenant and the run.
fn row(text: &str) -> (String, String) {
    let line = text.lines().last().unwrap_or_default();
    let (tenant, run) = line.split_once(',').unwrap_or_else(|| panic!("{text}"));
    (tenant.to_owned(), run.to_owned())
}

#[tokio::test]
async fn a_cold_view_is_loaded_once_for_all_of_the_same_rights_and_apart_for_others() {
    for url in stores().await {
        let Some(lake) = brisk_test_stores::database().await else { return };
        let mut database = PgConnection::connect(&lake).await.unwrap();
        sqlx::raw_sql(HELD).execute(&mut database).await.unwrap();
        let configuration = format!(
            "[source.lake]\nurl = \"{lake}\"\nallow_superuser = true\n\
             functions = [\"public.held\"]\n"
        );
        let world = World::showing(url.as_deref(), &configuration, &[("rates.toml", RATES)]).await;
        people(&world).await;
        let [one, two] = world.replicas();
        let root = sign_in(one, "root");
        let names = ["ann", "ben", "dan", "eve"].map(|name| sign_in(two, name));
        let [ann, ben, dan, eve] = &names;
        sqlx::query("select pg_advisory_lock(4711)").execute(&mut database).await.unwrap();
        let (loads, joins) =
            (figure(&world, &root, "loads_total"), figure(&world, &root, "load_joins_total"));
        let asked = [(one, ann), (two, ben), (two, dan), (one, eve)];
        let mut asked = asked.map(|(replica, who)| open(replica, "GET", PANEL, who, ""));
        eventually_blocking("all of them wait, two for another's load", || {
            figure(&world, &root, "load_joins_total") >= joins + 2
        });
        eventually("one statement of each tenant runs", async || held(&mut database).await == 2)
            .await;
        sqlx::query("select pg_advisory_unlock(4711)").execute(&mut database).await.unwrap();
        let rows = asked.each_mut().map(|stream| {
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            assert!(text.starts_with("HTTP/1.1 200"), "{text}");
            row(&text)
        });
        let [of_ann, of_ben, of_dan, of_eve] = &rows;
        assert_eq!((of_ann.0.as_str(), of_dan.0.as_str()), ("acme", "bolt"));
        assert_eq!((of_ann, of_dan), (of_ben, of_eve), "one run for both");
        assert_ne!(of_ann.1, of_dan.1, "never for people of other attributes");
        // Whoever comes later, to whichever replica, finds their own.
        for (replica, who, expected) in
            [(two, ann, of_ann), (one, ben, of_ann), (one, dan, of_dan), (two, eve, of_dan)]
        {
            assert_eq!(&row(&get(replica, PANEL, who).text), expected);
        }
        assert_eq!(figure(&world, &root, "loads_total"), loads + 2);
        let nobodys = row(&get(one, PANEL, &root).text);
        assert!(nobodys.1 != of_ann.1 && nobodys.1 != of_dan.1, "of no tenant: {nobodys:?}");
    }
}
