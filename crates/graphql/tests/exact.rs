//! Values are what the JSON API writes, digit for digit.

use crate::fake::{Fake, ask, columns};
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn cells_are_what_the_json_api_writes() {
    let query = "{ dashboard(slug: \"sales\") { data { panel(id: \"p1\") {
        frame { rows buckets { column complete leftOut }
                columns { name label type unit computed { kind of } values } }
        previous { covered beside bounds { from to } frame { columns(names: [\"time\", \"int\"]) { values(first: 1) } } }
        freshness { state asOf age } } } } }";
    let body = ask(&Arc::new(Fake::default()), query).await;
    let panel = &body["data"]["dashboard"]["data"]["panel"];
    let mut expected = columns();
    for column in expected.as_array_mut().unwrap() {
        let column = column.as_object_mut().unwrap();
        let cells = column.remove("cells").unwrap();
        column.insert("values".into(), cells);
    }
    assert_eq!(panel["frame"]["columns"], expected);
    let text = panel["frame"]["columns"][0]["values"].to_string();
    assert_eq!(text, "[9223372036854775807,-9223372036854775808,null]");
    assert_eq!(
        panel["frame"]["buckets"],
        json!({"column": "time", "complete": [true, false, null], "leftOut": 1})
    );
    let previous = json!({"covered": true, "beside": ["1970-01-01T00:00:00Z", null, null],
        "bounds": {"from": "a", "to": "b"},
        "frame": {"columns": [{"values": ["1970-01-01T00:00:00.000250Z"]}, {"values": [i64::MAX]}]}});
    assert_eq!(panel["previous"], previous);
    assert_eq!(panel["freshness"]["age"].to_string(), u64::MAX.to_string());
}

#[tokio::test]
async fn values_are_paged_through() {
    let values = async |arguments: &str| {
        let query = format!(
            "{{ dashboard(slug: \"sales\") {{ data {{ panel(id: \"p1\") {{
                frame {{ columns(names: [\"bool\"]) {{ values{arguments} }} }} }} }} }} }}"
        );
        let body = ask(&Arc::new(Fake::default()), &query).await;
        body["data"]["dashboard"]["data"]["panel"]["frame"]["columns"][0]["values"].clone()
    };
    assert_eq!(values("").await, json!([true, false, null]));
    assert_eq!(values("(first: 2)").await, json!([true, false]));
    assert_eq!(values("(first: 9, skip: 1)").await, json!([false, null]));
    assert_eq!(values("(skip: 3)").await, json!([]));
    assert_eq!(values("(skip: 99, first: 4000000000)").await, json!([]));
}

#[tokio::test]
async fn a_failed_panel_is_an_error_and_never_a_missing_frame() {
    let query = "{ dashboard(slug: \"sales\") { data {
        panel(id: \"broken\") { id problem { code title status detail retryAfter } frame { rows } }
        fine: panel(id: \"p1\") { frame { rows } } } } }";
    let body = ask(&Arc::new(Fake::default()), query).await;
    let data = &body["data"]["dashboard"]["data"];
    assert_eq!(data["fine"]["frame"]["rows"], 3);
    // Null, not left out.
    assert_eq!(data["panel"].get("frame"), Some(&serde_json::Value::Null));
    assert_eq!(data["panel"]["problem"]["code"], "refused");
    assert_eq!(data["panel"]["problem"]["retryAfter"], 5);
    let error = &body["errors"][0];
    assert_eq!(error["message"], "The database refused to answer.");
    assert_eq!(error["path"], json!(["dashboard", "data", "panel", "frame"]));
    assert_eq!(
        error["extensions"],
        json!({"code": "refused", "type": "/api#refused", "status": 502,
        "title": "The database refused the statement", "retryAfter": 5})
    );
}

/// Whatever is resolved first.
#[tokio::test]
async fn an_answer_has_the_order_of_its_query() {
    let query =
        "{ dashboard(slug: \"sales\") { data { panel(id: \"p1\") { id } zone ...V } title ...D }
        dashboards { title slug } }
        fragment D on Dashboard { slug data { interval zone } }
        fragment V on View { panel(id: \"p1\") { title kind } }";
    let endpoint = brisk_graphql::Endpoint::default();
    let request = brisk_graphql::Request { query: Some(query.into()), ..Default::default() };
    let prepared = endpoint.prepare(request, &crate::fake::sent()).unwrap_or_else(|_| panic!());
    let answer = endpoint.execute(prepared, Arc::new(Fake::default())).await;
    let expected = concat!(
        r#"{"data":{"dashboard":{"data":{"panel":{"id":"p1","title":"A panel","kind":"table"},"#,
        r#""zone":"Europe/London","interval":"day"},"title":"Sales","slug":"sales"},"#,
        r#""dashboards":[{"title":"Sales","slug":"sales"}]}}"#
    );
    assert_eq!(String::from_utf8(answer.json()).unwrap(), expected);
}
