//! Columns that a panel names and its statement does not return are reported on its page and in the API.

use super::one_point::Site;

const CASES: &str = r#"
title = "Cases"
source = "shop"
[[variable]]
name = "land"
options = ["a"]
[[panel]]
id = "styled"
title = "Styled"
kind = "bar"
columns = { revenu = { label = "Net" } }
filter = { variable = "land", column = "contry" }
sql = "select 'a' as country, 5 as revenue"
[[panel]]
id = "scaled"
title = "Scaled"
kind = "stat"
columns = { Revenue = { scale = 2 } }
sql = "select 500 as revenue"
[[panel]]
id = "share"
title = "Share"
kind = "table"
computed = [{ name = "part", of = "revenu", kind = "share" }]
sql = "select 500 as revenue"
[[panel]]
id = "fine"
title = "Fine"
kind = "stat"
columns = { revenue = { scale = 2 }, net = { scale = 2 } }
sparkline = "select :to as at, 100 as net"
sql = "select 500 as revenue"
"#;

#[tokio::test]
async fn a_key_that_styles_a_missing_column_leaves_a_note() {
    let site = Site::of(CASES);
    let columns = "\"columns\" names \"revenu\", a column that the statement does not return: \
                   did you mean \"revenue\"?";
    let filter = "\"filter\" takes its value from \"contry\", a column that the statement does not return: \
                  did you mean \"country\"?";
    let page = site.page("styled").await;
    assert!(page.contains("panel-note"), "{page}");
    assert!(page.contains(columns) && page.contains(filter), "{page}");
    let dashboard = site.get("/d/cases").await;
    assert_eq!(dashboard.matches("panel-note").count(), 1, "{dashboard}");
    let answer = site.get("/api/v1/dashboards/cases/panels/styled").await;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["panel"]["notes"], serde_json::json!([columns, filter]));
    assert_eq!(answer["panel"]["frame"]["columns"][1]["cells"], serde_json::json!([5]));
}

#[tokio::test]
async fn a_panel_whose_figures_need_a_missing_column_fails_with_a_sentence() {
    let site = Site::of(CASES);
    let page = site.page("scaled").await;
    assert!(page.contains("\"columns\" names \"Revenue\", a column"), "{page}");
    assert!(page.contains("did you mean \"revenue\"?") && !page.contains("panel-note"), "{page}");
    let page = site.page("share").await;
    assert!(page.contains("The computed column \"part\" is of \"revenu\""), "{page}");
    let fine = site.get("/api/v1/dashboards/cases/panels/fine").await;
    let fine: serde_json::Value = serde_json::from_str(&fine).unwrap();
    assert_eq!(fine["panel"]["notes"], serde_json::json!([]));
    assert_eq!(fine["panel"]["frame"]["columns"][0]["cells"], serde_json::json!(["5.00"]));
}
