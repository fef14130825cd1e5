//! Webhooks: the limit of deliveries a minute, and that a repeated one takes no second effect, on any
//! replica and whatever happens to Redis.

use super::world::SECRET;
use super::world::{Signed, World, seconds, shown, stores};
use brisk_test_waiting::{eventually, eventually_blocking};

fn hook(more: &str) -> String {
    format!("[webhook.pipeline]\nsecret = \"{SECRET}\"\n{more}")
}

#[tokio::test]
async fn a_webhooks_limit_is_that_of_all_replicas_and_of_each_while_redis_is_away() {
    let world = World::start(None, &hook("per_minute = 6\n")).await;
    let test = || Signed::new("table:shop.orders", true);
    // All of them in one minute: rarely, the next one begins in between.
    let in_one_minute = |send: &dyn Fn() -> usize| loop {
        let minute = seconds() / 60;
        let taken = send();
        if seconds() / 60 == minute {
            return taken;
        }
    };
    let taken = in_one_minute(&|| {
        let statuses = (0..16).map(|n| test().send(world.replicas()[n % 2]).status);
        let statuses: Vec<u16> = statuses.collect();
        assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
        statuses.into_iter().filter(|status| *status == 200).count()
    });
    // What was accepted before in the same minute counts as well.
    assert!(taken <= 6, "{taken}");
    world.redis.kill();
    let taken = in_one_minute(&|| {
        let statuses: Vec<u16> = (0..8).map(|_| test().send(&world.one).status).collect();
        assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
        statuses.into_iter().filter(|status| *status == 200).count()
    });
    assert!(taken <= 6, "{taken}");
    eventually_blocking("it takes deliveries again in the next minute", || {
        test().send(&world.two).status == 200 || seconds() % 60 > 5
    });
}

#[tokio::test]
async fn a_replayed_delivery_takes_no_second_effect_on_any_replica_also_when_redis_was_lost() {
    for url in stores().await {
        let world = World::start(url.as_deref(), &hook("")).await;
        let (one, two) = (&world.one, &world.two);
        assert_eq!((shown(one), shown(two)), ("1".to_owned(), "1".to_owned()));
        world.sell().await;
        let delivery = Signed::new("table:shop.orders", false);
        let first = delivery.send(one);
        assert_eq!(first.status, 200, "{}", first.text);
        assert_eq!((shown(one), shown(two)), ("2".to_owned(), "2".to_owned()));
        world.sell().await;
        let again = delivery.send(two);
        assert_eq!(again.status, 200, "{}", again.text);
        let body = |text: &str| text.split_once("\r\n\r\n").unwrap().1.to_owned();
        assert_eq!(body(&again.text), body(&first.text), "it is answered as before");
        assert_eq!((shown(one), shown(two)), ("2".to_owned(), "2".to_owned()), "no effect");
        // Redis forgets; the log in the store does not.
        let store = world.store().await;
        let is_logged =
            async || store.deliveries(9).await.unwrap().iter().any(|one| one.proof.is_some());
        eventually("it is in the log", is_logged).await;
        world.redis.kill();
        assert_eq!(delivery.send(two).status, 200, "that it was done is known without Redis");
        let other = Signed::new("table:shop.orders", false).send(two);
        assert_eq!(other.status, 503, "another one cannot be recorded: {}", other.text);
        world.redis.run().unwrap();
        let recorded = || Signed::new("table:shop.none", false).send(two).status == 200;
        eventually_blocking("Redis is used again", recorded);
        let recorded = || Signed::new("table:shop.none", false).send(one).status == 200;
        eventually_blocking("by both", recorded);
        assert_eq!((shown(one), shown(two)), ("3".to_owned(), "3".to_owned()), "all is read anew");
        world.sell().await;
        assert_eq!(delivery.send(two).status, 200);
        assert_eq!((shown(one), shown(two)), ("3".to_owned(), "3".to_owned()), "still no effect");
        let new = Signed::new("table:shop.orders", false).send(two);
        assert_eq!(new.status, 200, "{}", new.text);
        assert_eq!((shown(one), shown(two)), ("4".to_owned(), "4".to_owned()));
    }
}
