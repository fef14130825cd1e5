//! What the API answers when something is wrong.

use super::world::{REVENUE, TOTAL, world};
use axum::body::Body;
use http::Request;
use serde_json::Value;

#[tokio::test]
async fn a_panel_that_fails_is_a_problem_of_its_own_in_the_answer_for_all() {
    let world = world().await;
    let answer = world.get("/api/v1/dashboards/broken/data").await;
    assert_eq!(answer.status, 200);
    assert_eq!((answer.header("etag"), answer.header("cache-control")), ("", "no-store"));
    let json = answer.json();
    assert_eq!(json["panels"][0]["frame"]["columns"][0]["cells"], serde_json::json!([4]));
    let statuses: Vec<&Value> =
        json["panels"].as_array().unwrap().iter().map(|p| &p["problem"]["status"]).collect();
    assert_eq!(
        statuses,
        [&Value::Null, &502.into(), &403.into(), &500.into(), &503.into(), &504.into()]
    );
    assert_eq!(json["panels"][1]["frame"], Value::Null);
    assert_eq!(json["panels"][4]["problem"]["retry_after"], 5);
}

#[tokio::test]
async fn failures_of_a_panel_have_a_status_of_their_own() {
    let world = world().await;
    let cases = [
        ("no-table", 502, "refused", ""),
        ("own", 403, "forbidden", ""),
        ("elsewhere", 500, "definition", ""),
        ("no-file", 503, "unavailable", "5"),
        ("endless", 504, "timeout", "30"),
    ];
    for (panel, status, kind, retry_after) in cases {
        for form in ["", ".csv"] {
            let path = format!("/api/v1/dashboards/broken/panels/{panel}{form}");
            let answer = world.get(&path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!(answer.header("retry-after"), retry_after, "{path}");
            let problem = answer.json();
            assert_eq!(problem["type"], format!("/api#{kind}"), "{path}");
            assert_eq!(problem["status"], status);
            assert_eq!(problem["instance"], path);
            assert!(problem["detail"].as_str().unwrap().ends_with('.'), "{problem}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_answered_is_a_problem_with_a_sentence_never_a_panic() {
    let world = world().await;
    let long = format!("{REVENUE}?range={}", "9".repeat(30_000));
    let endless = format!("/api/v1/dashboards/{}", "x".repeat(30_000));
    let many: String = (0..=2_000).map(|i| format!("country=c{i}&")).collect();
    let values = format!("{REVENUE}?{many}");
    let cases = [
        ("/api/v1", 404),
        ("/api/v1/", 404),
        ("/api/v1/nowhere", 404),
        ("/api/v1/dashboards/", 404),
        ("/api/v1/dashboards/nowhere", 404),
        ("/api/v1/dashboards/%ff%00", 404),
        ("/api/v1/dashboards/nowhere/data?range=soon", 404),
        ("/api/v1/dashboards/sales/panels/", 404),
        ("/api/v1/dashboards/sales/panels/nowhere", 404),
        ("/api/v1/dashboards/sales/panels/nowhere.csv", 404),
        ("/api/v1/dashboards/sales/panels/.csv", 404),
        ("/api/v1/dashboards/sales/panels/revenue.csv.csv", 404),
        ("/api/v1/dashboards/sales/panels/%ff", 404),
        ("/api/v1/dashboards/sales/panels/revenue?range=soon", 400),
        ("/api/v1/dashboards/sales/panels/revenue.csv?range=soon", 400),
        ("/api/v1/dashboards/sales/data?range=last-0-days", 400),
        ("/api/v1/dashboards/sales/data?range=last-65535-years", 400),
        ("/api/v1/dashboards/sales/data?from=2011-01-01", 400),
        ("/api/v1/dashboards/sales/data?from=0000-01-01&to=9999-01-01", 400),
        ("/api/v1/dashboards/sales/data?interval=%00", 400),
        ("/api/v1/dashboards/sales/data?interval=minute&range=last-2-years", 400),
        ("/api/v1/dashboards/sales/data?country=Atlantis", 400),
        ("/api/v1/dashboards/sales/data?tz=Mars", 400),
        ("/api/v1/dashboards/sales/data?tz=%ff%00", 400),
        ("/api/v1/dashboards/sales/data?max-stale=soon", 400),
        ("/api/v1/dashboards/sales/data?max-stale=-1", 400),
        ("/api/v1/dashboards/sales/data?max-stale=2147483648", 400),
        ("/api/v1/dashboards/sales/data?range=yesterday&from=2011-11-01&to=soon", 400),
        (long.as_str(), 400),
        (values.as_str(), 400),
        (endless.as_str(), 404),
    ];
    for (path, status) in cases {
        let answer = world.get(path).await;
        let shown: String = path.chars().take(100).collect();
        assert_eq!(answer.status, status, "{shown}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{shown}");
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{shown}");
        assert!(problem["detail"].as_str().unwrap().ends_with('.'), "{problem}");
        assert!(answer.body.len() < 2_000, "{shown}: {}", answer.body);
    }
    assert_eq!(world.loads(), 0, "nothing of it reached the database");
}

#[tokio::test]
async fn strange_parameters_do_no_harm() {
    let world = world().await;
    for query in ["?&&&=&%", "?utm_source=x", "?max-stale=2147483647", "?tz=", "?band='%20or%201=1"]
    {
        let answer = world.get(&format!("{TOTAL}{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_api_only_reads() {
    let world = world().await;
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        for path in ["/api/v1/dashboards", REVENUE] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let answer = world.ask(request).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!(answer.header("allow"), "GET,HEAD");
        }
    }
    let head = Request::head(TOTAL).body(Body::empty()).unwrap();
    let head = world.ask(head).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("etag"), world.get(TOTAL).await.header("etag"));
}
