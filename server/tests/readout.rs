//! What tooltips read, in the page of a chart.

use std::fmt::Write as _;

/// The page with its quotes unescaped, followed by what its charts' tooltips read, as JSON: the labels
/// `l`, the places `x`, and for each series its name `n`, its values `v` and its heights `y`.
pub(crate) fn legible(page: &str) -> String {
    let mut page = page.replace("&quot;", "\"").replace("data-readout=\"", "data-readout=");
    let readouts: Vec<String> = page
        .split("data-readout=")
        .skip(1)
        .map(|rest| json(&rest.split("\" data-").next().unwrap().replace("&amp;", "&")))
        .collect();
    page.push_str(&readouts.concat());
    page
}

fn json(readout: &str) -> String {
    let texts = |line: &str| serde_json::to_string(&line.split('\t').collect::<Vec<_>>()).unwrap();
    let number = |text: &str| text.parse::<f64>().unwrap();
    let mut lines = readout.split('\n').skip(1);
    let mut json = format!("{{\"l\":{}", texts(lines.next().unwrap()));
    let xs = lines.next().unwrap().split(' ').filter(|x| !x.is_empty());
    let xs: Vec<f64> = xs.map(|x| number(x) / 10_000.0).collect();
    write!(json, ",\"x\":{}", serde_json::to_string(&xs).unwrap()).unwrap();
    while let Some(head) = lines.next() {
        let (_, name) = head.split_once('\t').unwrap();
        let values = texts(lines.next().unwrap());
        let heights = lines.next().unwrap().split(' ');
        let heights: Vec<Option<f64>> =
            heights.map(|y| (!["", "-"].contains(&y)).then(|| number(y))).collect();
        let heights = serde_json::to_string(&heights).unwrap();
        lines.next();
        write!(json, ",{{\"n\":\"{name}\",\"v\":{values},\"y\":{heights}}}").unwrap();
    }
    json + "}"
}
