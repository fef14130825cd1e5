//! What the API answers, digit for digit, for the view in an address.

use super::world::{REVENUE, TOTAL, world};
use crate::fixture::write;

#[tokio::test]
async fn a_panel_has_its_frames_its_computed_columns_and_its_freshness() {
    let world = world().await;
    insta::assert_snapshot!("panel", world.get(REVENUE).await.pretty());
    insta::assert_snapshot!("stat", world.get(TOTAL).await.pretty());
}

#[tokio::test]
async fn numbers_survive_digit_for_digit() {
    let world = world().await;
    let answer = world.get("/api/v1/dashboards/sales/panels/oddities").await;
    // As text: a parser might make floats of them.
    for exact in [
        r#""cells":[9223372036854775807,-9223372036854775807]"#,
        r#""cells":[9007199254740993,-9007199254740993]"#,
        r#""cells":[1.5,"Infinity"]"#,
        r#""cells":[null,null]"#,
    ] {
        assert!(answer.body.contains(exact), "{exact}: {}", answer.body);
    }
}

#[tokio::test]
async fn decimals_beyond_64_bits_survive() {
    let world = world().await;
    // Pennies beyond 64 bits only add up where sums are exact. (Thirty digits: see the units.)
    write(&world.database, "delete from orders").await;
    for day in [1_321_012_800, 1_321_099_200] {
        let row =
            format!("insert into orders values ({day}, 9223372036854775807, 'France', 'low')");
        write(&world.database, &row).await;
    }
    let answer = world.get(REVENUE).await;
    assert_eq!(
        answer.cells("so far"),
        serde_json::json!([
            "0.00",
            "92233720368547758.07",
            "184467440737095516.14",
            "184467440737095516.14",
            "184467440737095516.14",
            "184467440737095516.14"
        ]),
        "the 10th and the days from the 13th on have no row, and are counted all the same; the 16th is under way"
    );
}

#[tokio::test]
async fn the_view_is_what_the_address_says() {
    let world = world().await;
    let answer = world
        .get(&format!("{REVENUE}?country=France&from=2011-11-11&to=2011-11-12&interval=hour"))
        .await;
    let view = &answer.json()["view"];
    assert_eq!(view["bounds"]["from"], "2011-11-11T00:00:00Z");
    assert_eq!(view["bounds"]["to"], "2011-11-13T00:00:00Z");
    assert_eq!(view["interval"], "hour");
    assert_eq!(view["variables"]["country"], serde_json::json!(["France"]));
    assert_eq!(answer.json()["panel"]["title"], "Revenue by hour");
    // A running total stands in every hour of the two days, which are over.
    let cells = answer.cells("revenue");
    let cells = cells.as_array().unwrap();
    assert_eq!((cells[12].as_str(), cells[37].as_str()), (Some("10.50"), Some("-0.50")));
    assert!(cells.len() == 48 && cells.iter().filter(|cell| *cell == "0").count() == 46);
}

#[tokio::test]
async fn another_zone_moves_days_and_hours_to_its_wall_clock() {
    let world = world().await;
    let tokyo = world.get(&format!("{REVENUE}?tz=Asia/Tokyo")).await;
    assert_eq!(tokyo.json()["view"]["zone"], "Asia/Tokyo");
    assert_eq!(tokyo.json()["view"]["bounds"]["to"], "2011-11-16T15:00:00Z", "midnight there");
    assert_eq!(tokyo.cells("day")[0], "2011-11-09T15:00:00Z", "the first day of the range");
    let csv = world.get(&format!("{REVENUE}.csv?tz=Asia/Tokyo")).await;
    assert!(csv.body.contains("\r\n2011-11-11T00:00:00+09:00,"), "{}", csv.body);
}

#[tokio::test]
async fn csv_has_exact_values_and_a_name_and_runs_nothing_in_a_spreadsheet() {
    let world = world().await;
    let answer = world.get(&format!("{REVENUE}.csv")).await;
    insta::assert_snapshot!("csv", answer.body.replace("\r\n", "␍\n"));
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"sales_revenue_2011-11-10_2011-11-16.csv\""
    );
    let asked = world.get_with(REVENUE, &[("accept", "text/csv")]).await;
    assert_eq!(asked.body, answer.body);
    assert!(asked.header("vary").contains("accept"));
    world.clock.advance(61);
    let stale = world.get(&format!("{REVENUE}.csv?max-stale=100")).await;
    assert!(stale.header("brisk-freshness").starts_with("stale;"), "CSV has no other place");
    let oddities = world.get("/api/v1/dashboards/sales/panels/oddities.csv").await;
    let expected = "int,float,text,missing,beyond\r\n\
        9223372036854775807,1.5,'=cmd|x,,9007199254740993\r\n\
        -9223372036854775807,Infinity,'-1,,-9007199254740993\r\n";
    assert_eq!(oddities.body, expected);
}

#[tokio::test]
async fn lines_of_json_have_the_columns_of_csv_and_the_cells_of_json() {
    let world = world().await;
    let answer = world.get(&format!("{REVENUE}.ndjson")).await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"sales_revenue_2011-11-10_2011-11-16.ndjson\""
    );
    let asked = world.get_with(REVENUE, &[("accept", "application/x-ndjson")]).await;
    assert_eq!(asked.body, answer.body);
    let line = |line: &str| serde_json::from_str::<serde_json::Map<_, _>>(line).unwrap();
    let lines: Vec<serde_json::Map<String, serde_json::Value>> =
        answer.body.lines().map(line).collect();
    let whole: serde_json::Value = serde_json::from_str(&world.get(REVENUE).await.body).unwrap();
    let frame = &whole["panel"]["frame"];
    assert_eq!(lines.len() as u64, frame["rows"].as_u64().unwrap());
    let columns = frame["columns"].as_array().unwrap();
    for (row, line) in lines.iter().enumerate() {
        for column in columns {
            let name = column["name"].as_str().unwrap();
            assert_eq!(line[name], column["cells"][row], "{name} in {row}");
        }
        assert_eq!(line["complete"], frame["buckets"]["complete"][row]);
    }
    let csv = world.get(&format!("{REVENUE}.csv")).await.body;
    let head = csv.lines().next().unwrap();
    let names: Vec<&str> = head.split(',').collect();
    for line in answer.body.lines() {
        // In the order of the columns.
        let places: Vec<Option<usize>> =
            names.iter().map(|name| line.find(&format!("\"{name}\":"))).collect();
        assert!(places.is_sorted() && places[0].is_some(), "{names:?} in {line}");
    }
}
