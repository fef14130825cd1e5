//! Everything that the panels say is in the file.

use crate::support::{
    coverage, dashboard, data, day, every_kind, export, floats, ints, london, results,
};
use brisk_domain::{Additivity, Decimal, Timestamp, Values};
use brisk_standalone_html::{MOST_ROWS, page};

const ONE: &str = "title = \"x\"\nsource = \"shop\"\n[[panel]]\nid = \"x\"\ntitle = \"Orders\"\nkind = \"table\"\nsql = \"select 1\"\n";

/// The cells of the table of the panel with that number, row by row.
fn cells(page: &str, number: usize) -> Vec<Vec<String>> {
    let (_, rest) = page.split_once(&format!("<div id=\"d{number}\"")).unwrap();
    let table = rest.split("</table>").next().unwrap();
    let text = |cell: &str| {
        let (_, cell) = cell.split_once('>').unwrap();
        let cell = cell.split("</t").next().unwrap().replace("<small>", "").replace("</small>", "");
        cell.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    };
    let row =
        |row: &str| row.split("<t").filter(|cell| cell.starts_with(['d', 'h'])).map(text).collect();
    table.split("<tr>").skip(1).map(row).collect()
}

#[test]
fn every_figure_of_every_frame_is_in_its_table() {
    let (dashboard, results, zone) = (every_kind(), results(), london());
    let export = export(&dashboard, &zone, &results);
    let page = page(&export);
    let mut figures = 0;
    for (number, panel) in (1..).zip(&export.panels) {
        let Ok(data) = panel.data else { continue };
        if data.frame.rows() == 0 {
            continue;
        }
        let table = cells(&page, number);
        let hidden = |name: &str| name == "secret";
        let columns: Vec<_> =
            panel.columns().into_iter().filter(|one| !hidden(&one.column.name)).collect();
        assert_eq!(table.len() - 1, data.frame.rows().min(MOST_ROWS));
        for (row, cells) in table[1..].iter().enumerate() {
            for (cell, column) in cells.iter().zip(&columns) {
                let cell = cell.trim_end_matches(" partial");
                assert_eq!(cell, column.text(row, &data.offsets), "{} {row}", column.label);
                figures += 1;
            }
        }
    }
    assert!(figures > 3_000, "{figures}");
    assert!(!page.contains("777,000") && !page.contains("777000"), "what pages hide stays hidden");
}

#[test]
fn it_says_what_it_shows_how_old_that_is_and_what_is_missing() {
    let (dashboard, results, zone) = (every_kind(), results(), london());
    let page = page(&export(&dashboard, &zone, &results));
    for text in [
        "<title>Online retail, 11 Sep – 10 Dec 2011</title>",
        "<dt>Range</dt><dd>11 Sep – 10 Dec 2011</dd>",
        "<dt>Time zone</dt><dd>Europe/London</dd>",
        "<dt>Country</dt><dd>France, Germany, Côte d&#39;Ivoire</dd>",
        "<dt>Data as of</dt><dd>10 December 2011, 12:30</dd>",
        "Made with Brisk on 10 December 2011, 12:31 (Europe/London).",
        "&quot;web&quot; is not compared with &quot;Web&quot; of the previous period.",
        "The first 1,000 of 1,234 rows: CSV and the workbook have all of them.",
        "No data in this range (11 Sep – 10 Dec 2011).",
        "The database is not reachable. Try again in a minute.",
        "All invoice lines, cancellations subtracted.",
        "10 Dec 2011 <small>partial</small>",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("As of 10 December 2011"), "which is said once");
    // Drawings keep their text alternatives.
    assert!(page.matches("role=\"img\"").count() >= 5);
}

#[test]
fn data_that_are_newer_than_others_say_so() {
    let (dashboard, mut results, zone) = (every_kind(), results(), london());
    results[0].as_mut().unwrap().as_of = Timestamp::from_seconds(1_323_520_100);
    let page = page(&export(&dashboard, &zone, &results));
    assert!(page.contains("<dt>Data as of</dt><dd>10 December 2011, 12:28</dd>"));
    assert_eq!(page.matches("As of 10 December 2011, 12:30.").count(), 9);
    assert!(!page.contains("As of 10 December 2011, 12:28."));
}

#[test]
fn rounded_figures_have_all_their_digits_beside_them() {
    let (dashboard, zone) = (dashboard(ONE), london());
    let exact = Decimal::parse("1.6666666666666667").ok();
    let mut one = data(vec![
        ("average", Values::Decimal(vec![exact])),
        ("ratio", floats([0.123_456_789])),
        ("count", ints([1_234])),
    ]);
    one.additivity = vec![Additivity::Single, Additivity::Single, Additivity::Total];
    let results = vec![Ok(one)];
    let page = page(&export(&dashboard, &zone, &results));
    assert!(page.contains("<td class=\"n\" title=\"1.6666666666666667\">1.667</td>"), "{page}");
    assert!(page.contains("<td class=\"n\" title=\"0.123456789\">0.123</td>"));
    assert!(page.contains("<td class=\"n\">1,234</td>"));
}

#[test]
fn the_same_export_gives_the_same_file() {
    let (dashboard, results, zone) = (every_kind(), results(), london());
    let export = export(&dashboard, &zone, &results);
    assert_eq!(page(&export), page(&export));
    let empty = brisk_domain::Export { panels: Vec::new(), ..export };
    assert!(page(&empty).ends_with("</html>\n"));
}

#[test]
fn an_hour_that_the_clock_shows_twice_has_its_offset() {
    let (dashboard, zone) = (dashboard(ONE), london());
    let at = |seconds| Some(Timestamp::from_seconds(seconds));
    let mut one = data(vec![("hour", Values::Time(vec![at(1_319_932_800), at(1_319_936_400)]))]);
    one.coverage = Some(brisk_domain::Coverage { whole_to: day(91), ..coverage() });
    one.interval = brisk_domain::Interval::Hour;
    let results = vec![Ok(one)];
    let page = page(&export(&dashboard, &zone, &results));
    assert!(page.contains("30 Oct 2011 01:00 UTC+1") && page.contains("30 Oct 2011 01:00 UTC+0"));
}

/// The texts of the cells of `markup`, row by row, without elements in them.
fn texts_of(markup: &str) -> Vec<Vec<String>> {
    let text = |cell: &str| {
        let (_, cell) = cell.split_once('>').unwrap();
        let cell = cell.split("</td>").next().unwrap();
        cell.split('<')
            .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
            .collect::<String>()
    };
    let row = |row: &str| row.split("<td").skip(1).map(text).collect();
    let body = markup.split_once("<tbody>").unwrap().1.split("</tbody>").next().unwrap().to_owned();
    body.split("<tr").skip(1).map(row).collect()
}

/// Files and pages write the same cells: units, decimals, shares of one whole, averages, years, earlier values.
#[test]
fn tables_read_as_those_of_pages_do() {
    let file = format!(
        "{ONE}unit = \"GBP\"\ncompare = \"previous period\"\n\
         columns = {{ part = {{ unit = \"percent\" }}, size = {{ unit = \"bytes\" }}, took = {{ unit = \"seconds\" }} }}\n\
         [[panel.computed]]\nname = \"run\"\nof = \"amount\"\nkind = \"running total\"\n"
    );
    let (dashboard, zone) = (dashboard(&file), london());
    let decimal = |text: &str| Decimal::parse(text).ok();
    let columns = |shift: i64| {
        vec![
            ("day", Values::Time((0..3).map(|n| Some(day(n - shift))).collect())),
            ("year", ints([2011, 2012, 2013])),
            ("amount", Values::Decimal(vec![decimal("1234.5"), None, decimal("-0.001")])),
            (
                "average",
                Values::Decimal(
                    ["1.6666666666666667", "3.0000000000000000", "0.3333333333333333"]
                        .map(decimal)
                        .to_vec(),
                ),
            ),
            ("part", floats([1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0])),
            ("size", ints([1_500, 2_500_000, 12])),
            ("took", floats([0.25, 61.5, 7_500.0])),
            ("run", ints([1, 2, 3])),
            ("yes", Values::Bool(vec![Some(true), Some(false), None])),
        ]
    };
    let mut one = data(columns(0));
    one.previous = Some(data(columns(3)).frame);
    one.earlier = Some(brisk_domain::EarlierPeriod {
        bounds: brisk_domain::Bounds { from: day(-3), to: day(0) },
        shift: brisk_domain::Shift::Days(3),
        is_covered: Some(true),
        is_by_days: true,
    });
    one.additivity = vec![
        Additivity::Key,
        Additivity::Key,
        Additivity::Total,
        Additivity::Single,
        Additivity::Single,
    ];
    one.coverage = Some(coverage());
    let panel = &dashboard.panels[0];
    let mut spec = brisk_chart::Spec::of(panel, "Orders".into());
    let compared = brisk_domain::compared::compared_columns(panel, &one);
    assert!(compared.len() > 4, "{compared:?}");
    spec.columns.extend(brisk_domain::compared::compared_styles(panel, &compared));
    let additivity = brisk_domain::compared::compared_additivity(panel, &one, &compared);
    let all = one.frame.columns().iter().map(|column| (**column).clone()).chain(compared);
    let frame = brisk_domain::Frame::new(all.collect()).unwrap();
    let input = brisk_chart::Input::of(&spec, &one, (0.0, 0.0));
    let input = brisk_chart::Input { frame: &frame, additivity: &additivity, ..input };
    let view = brisk_chart::TableView {
        panel: "x",
        state: &brisk_domain::TableState::default(),
        action: "/",
        pairs: &[],
    };
    let on_page = texts_of(&brisk_chart::table(&input, &view));
    let results = vec![Ok(one.clone())];
    let file = page(&export(&dashboard, &zone, &results));
    let (_, in_file) = file.split_once("<div id=\"d1\"").unwrap();
    let in_file = texts_of(in_file);
    assert_eq!(in_file, on_page);
    assert!(in_file[0].contains(&"£1,234.50".to_owned()), "{in_file:?}");
    assert!(in_file.iter().any(|row| row[4] == "33.4\u{202f}%"), "{in_file:?}");
}

#[test]
fn filters_are_what_limits_the_data() {
    let dashboard = dashboard(
        "title = \"x\"\nsource = \"shop\"\n\
         [[variable]]\nname = \"country\"\nlabel = \"Country\"\nkind = \"multi\"\noptions = [\"France\", \"EIRE\", \"\"]\n\
         [[variable]]\nname = \"band\"\nlabel = \"Price band\"\nkind = \"multi\"\noptions = [\"low\"]\n\
         [[panel]]\nid = \"x\"\ntitle = \"x\"\nkind = \"table\"\n\
         sql = \"select 1 where $optional(c in :country) and $optional(b in :band)\"\n",
    );
    let chosen = |query: &str| {
        let pairs = brisk_domain::view::parse_query(query);
        let view = brisk_domain::ViewState::from_pairs(&dashboard, &pairs).unwrap();
        brisk_domain::export::filters(&dashboard, &view, &london())
    };
    assert_eq!(chosen(""), []);
    let country = |values: &str| vec![("Country".to_owned(), values.to_owned())];
    assert_eq!(chosen("?country=France&country=EIRE"), country("EIRE, France"));
    assert_eq!(chosen("?country=&country=France"), country("(empty), France"));
    assert_eq!(chosen("?country.is=all"), []);
}
