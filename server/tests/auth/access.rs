//! Editors look after their folders; admins set who may see what, over the files.

use super::world::World;
use brisk_accounts::Role;
use brisk_server::administration::access_settings;
use brisk_store::AuditFilter;
use brisk_test_waiting::wait_for;
use http_body_util::BodyExt;
use tower::ServiceExt;

#[tokio::test]
async fn an_editor_looks_after_the_folders_that_are_theirs_and_no_others() {
    let world = World::new().await;
    world.person("eve", Role::Editor, &["sales"]).await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let (eve, ann) = (world.sign_in("eve").await, world.sign_in("ann").await);
    let own = ["/admin/cache", "/admin/cache/team", "/admin/cache/policy?scope=dashboard:team"];
    for path in own {
        assert_eq!(world.get(path, &eve).await.status, 404, "{path} of nobody's folder");
    }
    world.give(Some("sales"), "team:sales").await;
    for path in own {
        assert_eq!(world.get(path, &eve).await.status, 200, "{path}");
        assert_eq!(world.get(path, &ann).await.status, 404, "{path}: viewers do not");
    }
    // Their own is on the page, and nothing of others.
    let page = world.get("/admin/cache", &eve).await.body;
    assert!(
        page.contains("/admin/cache/team") && !page.contains("/admin/cache/everyone"),
        "{page}"
    );
    assert!(!page.contains("Purge everything") && !page.contains("Where entries are"), "{page}");
    let home = world.get("/", &eve).await.body;
    assert!(home.contains("href=\"/admin/cache\"") && !home.contains("/admin/people"), "{home}");
    for (form, status) in [
        ("/admin/cache/purge?tag=dashboard:team", 303),
        ("/admin/cache/purge?tag=panel:team/one", 303),
        ("/admin/cache/purge?tag=dashboard:everyone", 404),
        ("/admin/cache/purge?tag=panel:everyone/one", 404),
        ("/admin/cache/purge?tag=source:shop", 404),
        ("/admin/cache/purge?tag=table:shop.t", 404),
        ("/admin/cache/purge?tag=all", 404),
        ("/admin/cache/warm?tag=dashboard:team", 303),
        ("/admin/cache/warm?dashboard=team", 303),
        ("/admin/cache/warm?tag=all", 404),
        ("/admin/cache/warm?dashboard=everyone", 404),
        ("/admin/cache/policy?scope=dashboard:team&ttl=1m", 303),
        ("/admin/cache/policy?scope=panel:team/one&ttl=2m", 303),
        ("/admin/cache/policy?scope=dashboard:everyone&ttl=1m", 404),
        ("/admin/cache/policy?scope=source:shop&ttl=1m", 404),
        ("/admin/cache/policy?scope=global&ttl=1m", 404),
        ("/admin/folders?do=access&scope=dashboard:team&access=public", 404),
        ("/admin/folders?do=editors&folder=&editors=eve", 404),
    ] {
        let (path, fields) = form.split_once('?').unwrap();
        assert_eq!(world.post(path, &eve, fields).await.status, status, "{form} by an editor");
        assert_eq!(world.post(path, &ann, fields).await.status, 404, "{form} by a viewer");
    }
    let set = world.store.settings().await.unwrap();
    let scopes: Vec<&str> = set.iter().map(|setting| setting.scope.as_str()).collect();
    assert_eq!(scopes, ["dashboard:team", "panel:team/one"]);
    // The teams of their folders are shown, with their members and attributes.
    let folders = world.get("/admin/folders", &eve).await.body;
    assert!(folders.contains("Sales folder") && !folders.contains("in no folder"), "{folders}");
    assert!(!folders.contains("<form method=\"post\" action=\"/admin/folders\""), "{folders}");
    world.person("fay", Role::Editor, &["stock"]).await;
    let fay = world.sign_in("fay").await;
    assert_eq!(world.get("/admin/folders", &fay).await.status, 404);
}

#[tokio::test]
async fn a_purge_says_that_it_touches_panels_for_readers_with_attributes() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    for (tag, is_touched) in
        [("all", true), ("source:shop", true), ("panel:tenant/one", true), ("nightly", false)]
    {
        let page = world.get(&format!("/admin/cache/purge?tag={tag}"), &root).await.body;
        assert_eq!(page.contains("One<small>Tenant</small>"), is_touched, "{tag}: {page}");
    }
}

#[tokio::test]
async fn an_editor_invalidates_by_the_api_what_is_theirs() {
    let world = World::new().await;
    let eve = world.person("eve", Role::Editor, &["sales"]).await;
    world.give(Some("sales"), "eve").await;
    let token = world.token(&eve, "invalidate", std::time::Duration::from_secs(86_400)).await;
    for (tag, status) in [
        ("dashboard:team", 200),
        ("panel:team/one", 200),
        ("dashboard:everyone", 403),
        ("all", 403),
    ] {
        let body = format!("{{\"data\":{{\"tags\":[\"{tag}\"]}}}}");
        let answer = world.post("/api/v1/invalidations", &token, &body).await;
        assert_eq!(answer.status, status, "{tag}: {}", answer.body);
    }
    // The log says by which token, and why not, in full.
    let root = world.sign_in("root").await;
    let log = world.get("/admin/invalidation", &root).await.body;
    let rows: Vec<&str> = log.split("<tr>").filter(|row| row.contains("the API: ")).collect();
    assert_eq!(rows.len(), 4, "{log}");
    assert!(rows.iter().all(|row| row.contains("the API: eve by the token invalidate<")));
    let refused: Vec<&&str> = rows.iter().filter(|row| row.contains(">403<")).collect();
    assert_eq!(refused.len(), 2, "{log}");
    assert!(refused.iter().all(|row| row.contains("may not invalidate")), "{refused:?}");
}

#[tokio::test]
async fn what_is_taken_from_an_editor_is_gone_at_once() {
    let world = World::new().await;
    world.person("eve", Role::Editor, &[]).await;
    world.give(None, "eve").await;
    let eve = world.sign_in("eve").await;
    assert_eq!(world.get("/admin/cache/everyone", &eve).await.status, 200);
    let root = world.sign_in("root").await;
    let answer = world.post("/admin/folders", &root, "do=editors&folder=&editors=").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(world.get("/admin/cache/everyone", &eve).await.status, 404);
    let log = world.store.audit(&AuditFilter::default(), 20).await.unwrap();
    let changed = log.iter().find(|one| one.record.action == "editors changed").unwrap();
    assert_eq!(changed.record.before.as_deref(), Some("account eve"), "its name, not its id");
    assert_eq!((changed.record.after.clone(), changed.record.actor.name.as_str()), (None, "root"));
}

/// The statuses that `who` gets for a dashboard, in forms that mean the same.
async fn statuses(world: &World, slug: &str, who: &str) -> [u16; 3] {
    let page = world.get(&format!("/d/{slug}"), who).await.status;
    let data = world.get(&format!("/api/v1/dashboards/{slug}/data"), who).await.status;
    let csv = world.get(&format!("/api/v1/dashboards/{slug}/panels/one.csv"), who).await.status;
    [page, data, csv]
}

#[tokio::test]
async fn an_admin_says_who_may_see_it_over_the_file_and_takes_it_back() {
    let world = World::new().await;
    for (name, teams) in [("ann", &["sales"][..]), ("bob", &["stock"])] {
        world.person(name, Role::Viewer, teams).await;
    }
    let (root, ann, bob) =
        (world.sign_in("root").await, world.sign_in("ann").await, world.sign_in("bob").await);
    let seen = async |slug: &str| {
        [
            statuses(&world, slug, "").await,
            statuses(&world, slug, &ann).await,
            statuses(&world, slug, &bob).await,
        ]
    };
    let (yes, hidden, asked) = ([200; 3], [404; 3], [303, 401, 401]);
    assert_eq!(seen("team").await, [asked, yes, hidden], "as its folder says");
    let set = async |scope: &str, access: &str| {
        let form = format!("do=access&scope={scope}&access={access}");
        world.post("/admin/folders", &root, &form).await.status
    };
    assert_eq!(set("folder:sales", "team:stock").await, 303);
    assert_eq!(seen("team").await, [asked, hidden, yes], "as is set for its folder");
    assert_eq!(set("dashboard:team", "public").await, 303);
    assert_eq!(seen("team").await, [yes, yes, yes], "as is set for it");
    assert_eq!(set("dashboard:public", "team:sales").await, 303);
    assert_eq!(seen("public").await, [asked, yes, hidden], "over its own file");
    let page = world.get("/admin/folders", &root).await.body;
    for words in ["set here", "access = &quot;public&quot;", "teams: sales", "anyone, without"] {
        assert!(page.contains(words) || page.contains(&words.replace("&quot;", "\"")), "{words}");
    }
    for (scope, access) in [("dashboard:team", "nonsense"), ("dashboard:none", "public")] {
        assert_eq!(set(scope, access).await, 422);
    }
    for scope in ["dashboard:team", "dashboard:public", "folder:sales"] {
        assert_eq!(set(scope, "").await, 303);
    }
    assert_eq!(seen("team").await, [asked, yes, hidden], "taken back");
    assert_eq!(seen("public").await, [yes, yes, yes], "taken back");
    let log = world.store.audit(&AuditFilter::default(), 50).await.unwrap();
    let of = log.iter().filter(|one| one.record.subject == "dashboard:team access");
    let of: Vec<_> = of.map(|one| (one.record.before.clone(), one.record.after.clone())).collect();
    let public = Some("public".to_owned());
    assert_eq!(of, [(public.clone(), None), (None, public)]);
}

#[tokio::test]
async fn an_open_page_ends_when_an_admin_hides_its_dashboard_on_another_replica() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let ann = world.sign_in("ann").await;
    let request = super::world::request("GET", "/d/team/live", &ann, "");
    let response = world.app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    // As another replica does it: through the store alone.
    let scope = access_settings::AccessScope::parse("dashboard:team").unwrap();
    let (by, now) = (super::world::actor(), super::world::NOW);
    access_settings::change(&world.store, &scope, "team:stock", &by, now).await.unwrap();
    access_settings::apply(&world.store, &world.engine).await.unwrap();
    let said = wait_for("the end of the stream", response.into_body().collect()).await.unwrap();
    let said = String::from_utf8_lossy(&said.to_bytes()).into_owned();
    assert!(said.contains("outdated"), "{said}");
    assert_eq!(world.get("/d/team", &ann).await.status, 404);
}

#[tokio::test]
async fn a_file_that_is_read_again_does_not_undo_what_an_admin_has_set() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let form = "do=access&scope=dashboard:public&access=team:sales";
    assert_eq!(world.post("/admin/folders", &root, form).await.status, 303);
    let file = world.folder.path().join("dashboards/public.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    for text in [text.replace("Public", "Renamed"), "broken = ".to_owned()] {
        std::fs::write(&file, text).unwrap();
        world.engine.catalog().reload();
        assert_eq!(statuses(&world, "public", "").await, [303, 401, 401]);
    }
    assert!(world.get("/d/public", &root).await.body.contains("Renamed"), "the last good version");
}
