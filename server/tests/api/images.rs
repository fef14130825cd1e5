//! Panels as images: what they say, what they cost, and what is refused.

use super::world::{REVENUE, TOTAL, world};
use crate::fixture;

/// The words of a drawing.
fn words(svg: &str) -> String {
    let texts = svg.split('<').filter_map(|rest| rest.split_once('>').map(|(_, text)| text));
    texts.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn an_image_says_what_it_shows_of_which_time_and_since_when() {
    let world = world().await;
    let answer = world.get(&format!("{REVENUE}.svg?country=France&country=EIRE")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/svg+xml"));
    assert!(answer.header("brisk-freshness").starts_with("fresh;"));
    let shown = words(&answer.body);
    for part in ["Revenue by day", "by day", "Europe/London", "Country: EIRE, France", "loaded "] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    assert!(
        answer.body.starts_with("<svg ") && answer.body.contains("width=\"720\" height=\"360\"")
    );
    let figure = world.get(&format!("{TOTAL}.svg?theme=dark&image-size=300x120")).await.body;
    assert!(figure.contains("width=\"300\" height=\"120\"") && figure.contains("#15181e"));
    assert!(words(&figure).contains('£'), "{figure}");
}

#[tokio::test]
async fn a_png_has_the_size_that_was_asked_for() {
    let world = world().await;
    for (query, size) in [("", (1_440, 720)), ("?image-size=300x150&image-scale=1", (300, 150))] {
        let request = fixture::get(&format!("{REVENUE}.png{query}"), &[]);
        let (status, headers, bytes) = fixture::ask(&world.app, request).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "image/png"));
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
        let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!((side(16), side(20)), size, "{query}");
    }
}

/// Each form of an answer is kept apart, and none of them loads what another has loaded.
#[tokio::test]
async fn images_are_conditional_and_share_their_entries() {
    let world = world().await;
    world.get(REVENUE).await;
    let loads = world.loads();
    let mut tags = Vec::new();
    for path in [
        format!("{REVENUE}.svg"),
        format!("{REVENUE}.svg?theme=print"),
        format!("{REVENUE}.svg?image-size=800x360"),
        format!("{REVENUE}.png?image-scale=1"),
        format!("{REVENUE}.png?image-scale=0.5"),
    ] {
        let request = fixture::get(&path, &[]);
        let (_, headers, first) = fixture::ask(&world.app, request).await;
        let tag = headers["etag"].to_str().unwrap().to_owned();
        let (_, _, again) = fixture::ask(&world.app, fixture::get(&path, &[])).await;
        assert!(first == again, "{path}: the same image");
        let known = world.get_with(&path, &[("if-none-match", &tag)]).await;
        assert_eq!((known.status, known.body.as_str()), (304, ""), "{path}");
        assert!(!tags.contains(&tag), "{path}");
        tags.push(tag);
    }
    assert_eq!(world.loads(), loads, "nothing was loaded a second time");
}

#[tokio::test]
async fn what_makes_no_image_is_a_problem() {
    let world = world().await;
    for (path, status) in [
        (format!("{REVENUE}.svg?image-size=1x1"), 400),
        (format!("{REVENUE}.png?image-scale=9"), 400),
        (format!("{REVENUE}.png?image-size=4000x4000&image-scale=4"), 400),
        (format!("{REVENUE}.svg?theme=neon"), 400),
        (format!("{REVENUE}.gif"), 404),
        ("/api/v1/dashboards/sales/panels/nothing.svg".to_owned(), 404),
    ] {
        let answer = world.get(&path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
}
