//! What the scripts of pages send to the server, and what they share with it.

use super::one_point::Site;
use brisk_domain::parameter;
use brisk_engine::PAGE_WAIT;
use brisk_server::pages::handlers::SWAP;

const SHARED: &str = include_str!("../../../frontend/scripts/shared.js");

#[test]
fn what_scripts_and_the_server_both_say_is_the_same() {
    let text = |text: &str| format!("\"{text}\"");
    let said = [
        ("PAGE_WAIT", PAGE_WAIT.as_millis().to_string()),
        ("SORT", text(parameter::SORT)),
        ("PAGE", text(parameter::PAGE)),
        ("SWAP", text(SWAP)),
    ];
    let lines = SHARED.lines().filter_map(|line| line.strip_prefix("export const "));
    let shared: Vec<(&str, String)> = lines
        .filter_map(|line| line.trim_end_matches(';').split_once(" = "))
        .map(|(name, value)| (name, value.replace("1_500", "1500")))
        .collect();
    assert_eq!(shared, said);
}

#[tokio::test]
async fn a_series_that_is_switched_off_is_not_drawn_and_not_read() {
    let site = Site::of(include_str!("one-point.toml"));
    let cards = "/fn/cards?slug=cases&panels=years&query=&large=false&wait=true";
    let all = html(&site.get(cards).await);
    assert_eq!(all.matches("aria-pressed=\"true\"").count(), 2, "{all}");
    assert!(all.contains("class=\"s0\"") && all.contains("\n5\t7\n"), "{all}");
    let others = "other%0A2024%0A%0Ayears%0Anothing%0A2024";
    let hidden = html(&site.get(&format!("{cards}&hidden={others}")).await);
    assert_eq!(hidden.matches("aria-pressed=\"false\" value=\"2024\"").count(), 1, "{hidden}");
    assert!(!hidden.contains("class=\"s0\"") && !hidden.contains("\n5\t7\n"), "{hidden}");
    assert!(hidden.contains("class=\"s1\"") && hidden.contains("\n6\t8\n"), "{hidden}");
}

fn html(cards: &str) -> String {
    let cards: serde_json::Value = serde_json::from_str(cards).unwrap();
    cards[0]["html"].as_str().unwrap().to_owned()
}
