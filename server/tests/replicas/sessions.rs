//! Sessions that Redis loses, over two processes: who is known to one of them is known to both again, and who has
//! signed out is not.

use super::accounts::{add, closed, sign_in};
use super::world::{World, ask, get, stores};
use brisk_bench::servers::brisk::Brisk;
use brisk_test_waiting::eventually_blocking;

fn is_in(to: &Brisk, who: &str) -> bool {
    get(to, "/d/sales", who).status == 200
}

fn sign_out(of: &Brisk, who: &str) {
    assert_eq!(ask(of, "POST", "/sign-out", who, "").status, 303);
}

#[tokio::test]
async fn who_is_known_to_one_replica_is_known_to_all_again_when_redis_comes_back_empty() {
    for url in stores().await {
        let world = World::start(url.as_deref(), "").await;
        let [one, two] = world.replicas();
        for (name, role) in [("root", "admin"), ("ann", "viewer"), ("ben", "viewer")] {
            add(&world, name, role);
        }
        closed(&world);
        for how in ["emptied", "restarted"] {
            // The second replica has never seen this session.
            let ann = sign_in(one, "ann");
            assert!(is_in(one, &ann));
            let (before, meanwhile) = (sign_in(one, "ben"), sign_in(one, "ben"));
            for replica in world.replicas() {
                assert!(is_in(replica, &before) && is_in(replica, &meanwhile));
            }
            sign_out(two, &before);
            match how {
                "emptied" => {
                    world.redis.command::<String>(&["FLUSHALL"]).unwrap();
                    sign_out(two, &meanwhile);
                }
                _ => {
                    world.redis.kill();
                    assert!(is_in(one, &ann), "no page fails for it");
                    sign_out(two, &meanwhile);
                    world.redis.run().unwrap();
                }
            }
            eventually_blocking(format!("{how}: all know who is signed in"), || is_in(two, &ann));
            for replica in world.replicas() {
                assert!(is_in(replica, &ann), "{how}");
                // Each of them knew these sessions, too.
                for ended in [&before, &meanwhile] {
                    eventually_blocking("who has signed out is out", || !is_in(replica, ended));
                }
            }
            let page = get(two, "/profile", &ann).text;
            assert!(page.contains("this browser"), "{how}: it is listed again: {page}");
            let kept: Vec<String> = world.redis.command(&["KEYS", "brisk:session:*"]).unwrap();
            assert_eq!(kept.len(), 1, "{how}: nothing that has ended");
            sign_out(one, &ann);
        }
    }
}
