//! Views as files: what is in them, what they cost, and what is refused.

use super::world::{REVENUE, world};
use crate::fixture;
use std::io::Write as _;
use std::process::{Command, Stdio};

const SALES: &str = "/api/v1/dashboards/sales";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The words of a PDF, as another program reads them.
fn words(pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let mut command = Command::new("pdftotext");
    let output = command.arg("-layout").arg(file.path()).arg("-").stderr(Stdio::inherit());
    String::from_utf8(output.output().unwrap().stdout).unwrap()
}

#[tokio::test]
async fn a_dashboard_is_printed_with_its_figures_of_which_time_and_since_when() {
    let world = world().await;
    let request = fixture::get(&format!("{SALES}.pdf?country=France"), &[]);
    let (status, headers, pdf) = fixture::ask(&world.app, request).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/pdf"));
    let name = headers["content-disposition"].to_str().unwrap();
    assert!(
        name.starts_with("attachment; filename=\"sales_") && name.ends_with(".pdf\""),
        "{name}"
    );
    let printed = words(&pdf);
    for part in ["Sales", "Revenue by day", "Europe/London", "Country: France", "Loaded "] {
        assert!(printed.contains(part), "{part} is not in {printed}");
    }
    // A number that no float holds, and a text that a spreadsheet would run.
    for part in ["9223372036854775807", "9007199254740993", "=cmd|x"] {
        assert!(printed.replace(',', "").contains(part), "{part} is not in {printed}");
    }
}

#[tokio::test]
async fn papers_and_layouts_differ_and_wrong_ones_are_problems() {
    let world = world().await;
    let mut bodies = Vec::new();
    for query in ["", "?pdf-paper=letter", "?pdf-orientation=landscape", "?pdf-layout=panels"] {
        let request = fixture::get(&format!("{SALES}.pdf{query}"), &[]);
        let (status, _, pdf) = fixture::ask(&world.app, request).await;
        assert!(status == 200 && pdf.starts_with(b"%PDF-"), "{query}");
        assert!(!bodies.contains(&pdf), "{query}");
        bodies.push(pdf);
    }
    for query in ["?pdf-paper=a5", "?pdf-orientation=up", "?pdf-layout=x"] {
        let answer = world.get(&format!("{SALES}.pdf{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

/// Each file is conditional, the same each time, and made of what is loaded already.
#[tokio::test]
async fn files_are_conditional_and_share_their_entries() {
    let world = world().await;
    world.get(&format!("{SALES}/data")).await;
    let loads = world.loads();
    let mut tags = Vec::new();
    for (path, media) in [
        (format!("{SALES}.pdf"), "application/pdf"),
        (format!("{SALES}.xlsx"), XLSX),
        (format!("{SALES}.html"), "text/html; charset=utf-8"),
        (format!("{REVENUE}.html"), "text/html; charset=utf-8"),
        (format!("{REVENUE}.pdf"), "application/pdf"),
        (format!("{REVENUE}.xlsx"), XLSX),
    ] {
        let (status, headers, first) = fixture::ask(&world.app, fixture::get(&path, &[])).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, media), "{path}");
        let (_, _, again) = fixture::ask(&world.app, fixture::get(&path, &[])).await;
        assert!(first == again, "{path}: the same file");
        let tag = headers["etag"].to_str().unwrap().to_owned();
        let known = world.get_with(&path, &[("if-none-match", &tag)]).await;
        assert_eq!((known.status, known.body.as_str()), (304, ""), "{path}");
        assert!(!tags.contains(&tag), "{path}");
        tags.push(tag);
    }
    assert_eq!(world.loads(), loads, "nothing was loaded a second time");
    for path in [format!("{SALES}.doc"), "/api/v1/dashboards/nothing.pdf".to_owned()] {
        assert_eq!(world.get(&path).await.status, 404, "{path}");
    }
}
