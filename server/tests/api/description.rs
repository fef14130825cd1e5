//! The API's own description: dashboards, definitions, its OpenAPI document, the page to try it.

use super::world::world;
use http::StatusCode;

#[tokio::test]
async fn the_list_names_every_dashboard_and_where_its_definition_is() {
    let world = world().await;
    let list = world.get("/api/v1/dashboards").await.json();
    let slugs: Vec<&str> = list["dashboards"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["slug"].as_str().unwrap())
        .collect();
    assert_eq!(slugs, ["broken", "sales"]);
    let href = list["dashboards"][1]["href"].as_str().unwrap();
    assert_eq!(world.get(href).await.json()["title"], "Sales");
}

#[tokio::test]
async fn a_definition_says_what_can_be_asked_and_not_how_it_is_read() {
    let world = world().await;
    let answer = world.get("/api/v1/dashboards/sales").await;
    insta::assert_snapshot!("definition", answer.pretty());
    for secret in ["select", "shop", "ttl", "from orders", ".sqlite"] {
        assert!(!answer.body.contains(secret), "{secret}: {}", answer.body);
    }
    let data = answer.json()["panels"][0]["data"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&data).await.status, 200);
}

#[tokio::test]
async fn the_api_describes_itself() {
    let world = world().await;
    let answer = world.get("/api/v1/openapi.json").await;
    insta::assert_snapshot!("openapi", answer.pretty());
}

#[tokio::test]
async fn the_page_to_try_it_needs_no_script_and_its_forms_open_the_answer() {
    let world = world().await;
    let page = world.get("/api").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").contains("form-action 'self'"));
    for path in world.get("/api/v1/openapi.json").await.json()["paths"].as_object().unwrap().keys()
    {
        // A path may break after its slashes.
        let shown = page.body.replace("<wbr>", "").replace("<!>", "");
        assert!(shown.contains(path.as_str()), "{path}");
    }
    let problem = world.get("/api/v1/dashboards/nowhere").await.json();
    let described = problem["type"].as_str().unwrap().replace("/api#", "id=");
    assert!(page.body.replace('"', "").contains(&described), "{described}");
    let opened = world.get("/api/try/panel?panel=sales%2Ftotal&range=today&from=&tz=").await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER.as_u16());
    let address = opened.header("location").to_owned();
    assert_eq!(address, "/api/v1/dashboards/sales/panels/total?range=today");
    assert_eq!(world.get(&address).await.status, 200);
    let lost = world.get("/api/try/panel?panel=https://evil.example").await;
    assert_eq!(lost.header("location"), "/api");
}
