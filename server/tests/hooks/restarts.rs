//! Redis is restarted in the middle of many deliveries: every acknowledged one has taken effect.

use super::{Delivery, World};
use brisk_bench::servers::redis::Redis;
use brisk_cache::{Cache, Config, RedisConfig};
use http::StatusCode;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Deliveries, each for a change of its own.
const DELIVERIES: i64 = 300;

#[tokio::test]
async fn every_acknowledged_delivery_took_effect_whenever_redis_was_away() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let redis = Redis::start(&[]).unwrap();
    let config = RedisConfig::parse(&redis.url());
    let world =
        World::over(|clock| Cache::with_redis(Config::default(), clock, config).unwrap()).await;
    let acknowledged = AtomicI64::new(0);
    // A read after an acknowledgement sees the acknowledged value, or a newer one.
    let reading = async {
        loop {
            let least = acknowledged.load(Ordering::SeqCst);
            let shown = world.total().await;
            assert!(shown >= least, "{shown} is older than what was acknowledged, {least}");
            if least == DELIVERIES {
                return;
            }
        }
    };
    let writing = async {
        for change in 1..=DELIVERIES {
            if change == DELIVERIES / 3 {
                redis.kill();
            }
            world.change_to(change).await;
            let mut attempt = 0;
            loop {
                attempt += 1;
                // In the middle of the attempts of one delivery.
                if change == DELIVERIES / 3 + 10 && attempt == 2 {
                    redis.run().unwrap();
                }
                let id = format!("msg_{change}_{attempt}");
                let body = format!("{{\"tags\": [\"table:shop.main.orders\"], \"n\": {change}}}");
                let delivery = Delivery { id, ..Delivery::of(&body) };
                let (status, headers, answer) = world.ask(delivery.request()).await;
                match status {
                    StatusCode::OK => break,
                    StatusCode::SERVICE_UNAVAILABLE => {
                        assert!(headers.contains_key("retry-after"), "{answer}");
                        // Without it, only the tenth delivery after the kill would be refused.
                        if change < DELIVERIES / 3 + 10 {
                            break;
                        }
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    other => panic!("{other}: {answer}"),
                }
                assert!(attempt < 2_000, "Redis is back, but nothing is recorded: {answer}");
            }
            if !(DELIVERIES / 3..DELIVERIES / 3 + 10).contains(&change) {
                acknowledged.store(change, Ordering::SeqCst);
            }
        }
    };
    tokio::join!(reading, writing);
}

impl World {
    async fn change_to(&self, amount: i64) {
        let sql = format!("update orders set amount = {amount}");
        crate::fixture::write(&self.database(), &sql).await;
    }
}
