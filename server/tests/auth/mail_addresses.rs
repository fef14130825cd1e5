//! The addresses of mail that admins set for accounts: they decide who receives what.

use super::world::{World, actor};
use brisk_accounts::Role;
use brisk_domain::Clock;
use brisk_domain::report::MailAddress;

#[tokio::test]
async fn an_admin_sets_an_address_which_its_account_shows() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let ann = world.person("ann", Role::Viewer, &[]).await;
    let own = world.sign_in("ann").await;
    let path = format!("/admin/people/{}", ann.as_str());
    assert!(!world.get("/profile", &own).await.body.contains("Reports are sent to"));
    let set = world.post(&path, &root, "do=mail&mail=+Ann.Lee@example.com+").await;
    assert!(set.body.contains("Reports are sent to Ann.Lee@example.com."), "{}", set.body);
    let addresses = world.store.mail_addresses().await.unwrap();
    assert_eq!(addresses[&ann].as_str(), "Ann.Lee@example.com");
    assert!(world.get(&path, &root).await.body.contains("value=\"Ann.Lee@example.com\""));
    let profile = world.get("/profile", &own).await.body;
    assert!(profile.contains("Reports are sent to") && profile.contains("Ann.Lee@example.com"));
    // Nobody sets their own, which would be somebody else's rights.
    assert_eq!(world.post(&path, &own, "do=mail&mail=x@example.com").await.status, 404);
    assert_eq!(world.post("/profile", &own, "do=mail&mail=x@example.com").await.status, 422);
    assert_eq!(world.store.mail_addresses().await.unwrap()[&ann].as_str(), "Ann.Lee@example.com");
    let none = world.post(&path, &root, "do=mail&mail=").await;
    assert!(none.body.contains("no address of its own any more"), "{}", none.body);
    assert!(world.store.mail_addresses().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_no_address_or_somebody_elses_is_refused() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let ann = world.person("ann", Role::Viewer, &[]).await;
    let bob = world.person("bob", Role::Viewer, &[]).await;
    world.person("eve@example.com", Role::Viewer, &[]).await;
    let address = MailAddress::parse("bob@example.com").unwrap();
    let (by, now) = (actor(), world.clock.now());
    assert!(world.store.set_mail_address(&bob, Some(&address), &by, now).await.unwrap());
    let path = format!("/admin/people/{}", ann.as_str());
    for (typed, expected) in [
        ("ann", "is no address of mail"),
        ("ann@example.com%0D%0ABcc:x@example.com", "is no address of mail"),
        ("BOB@example.com", "bob has this address already"),
        ("Eve@Example.com", "eve@example.com has this address already"),
    ] {
        let answer = world.post(&path, &root, &format!("do=mail&mail={typed}")).await;
        assert_eq!(answer.status, 422, "{typed}");
        assert!(answer.body.contains(expected), "{typed}: {}", answer.body);
    }
    assert_eq!(world.store.mail_addresses().await.unwrap().len(), 1, "bob's alone");
}
