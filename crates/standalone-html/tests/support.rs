//! A dashboard with a panel of every kind, and its data.

#![allow(dead_code, clippy::unwrap_used)]

use brisk_domain::{
    Additivity, Bounds, Column, Coverage, Dashboard, Decimal, EarlierPeriod, Edition, Export,
    ExportedPanel, FailureKind, Frame, Freshness, Interval, PanelData, PanelError, Shift, Slug,
    Timestamp, Values, ZoneOffsets,
};

pub(crate) const DAYS: i64 = 91;

/// London in 2011: summer time from 27 March to 30 October.
pub(crate) fn london() -> ZoneOffsets {
    ZoneOffsets { first: 0, changes: vec![(1_301_187_600, 3600), (1_319_936_400, 0)] }
}

pub(crate) fn dashboard(file: &str) -> Dashboard {
    brisk_definition::parse("x.toml", Slug::parse("x").unwrap(), file).unwrap()
}

/// Midnight of 11 September 2011, and the midnights after it.
pub(crate) fn day(number: i64) -> Timestamp {
    london().plus_days(Timestamp::from_seconds(1_315_695_600), number)
}

pub(crate) fn data(columns: Vec<(&str, Values)>) -> PanelData {
    let columns = columns.into_iter().map(|(name, values)| Column { name: name.into(), values });
    PanelData {
        frame: Frame::new(columns.collect()).unwrap(),
        additivity: Vec::new(),
        weekdays: Vec::new(),
        previous: None,
        sparkline: None,
        sparkline_additivity: Vec::new(),
        coverage: None,
        previous_coverage: None,
        sparkline_coverage: None,
        bounds: Bounds { from: day(0), to: day(DAYS) },
        earlier: None,
        interval: Interval::Day,
        offsets: london(),
        as_of: Timestamp::from_seconds(1_323_520_200),
        freshness: Freshness::Fresh,
        edition: Edition::default(),
        notes: Vec::new(),
    }
}

/// Days of which the last one is under way.
pub(crate) fn coverage() -> Coverage {
    Coverage {
        whole_from: day(0),
        whole_to: day(DAYS - 1),
        ahead_from: day(DAYS),
        is_under_way: true,
        column: Some(0),
        interval: Interval::Day,
        is_in_utc: false,
        is_trimmed: false,
        left_out: 0,
    }
}

pub(crate) fn texts(cells: &[&str]) -> Values {
    Values::Text(cells.iter().map(|cell| Some((*cell).to_owned())).collect())
}

pub(crate) fn ints(cells: impl IntoIterator<Item = i64>) -> Values {
    Values::Int(cells.into_iter().map(Some).collect())
}

pub(crate) fn floats(cells: impl IntoIterator<Item = f64>) -> Values {
    Values::Float(cells.into_iter().map(Some).collect())
}

/// Takings with a week, a trend and some noise.
pub(crate) fn takings(number: i64) -> f64 {
    let noise = ((number * 7919) % 97) as f64 / 97.0;
    let week = if number % 7 == 6 { 0.25 } else { 1.0 };
    (18_000.0 + number as f64 * 260.0 + 9_000.0 * noise) * week
}

pub(crate) fn export<'a>(
    dashboard: &'a Dashboard,
    zone: &'a ZoneOffsets,
    results: &'a [Result<PanelData, PanelError>],
) -> Export<'a> {
    let panels = dashboard.panels.iter().zip(results);
    Export {
        title: &dashboard.title,
        description: dashboard.description.as_deref(),
        range: "11 Sep – 10 Dec 2011".into(),
        interval: Interval::Day,
        zone: "Europe/London",
        offsets: zone,
        filters: vec![("Country".into(), "France, Germany, Côte d'Ivoire".into())],
        made_at: Timestamp::from_seconds(1_323_520_260),
        address: Some("https://brisk.example/d/online-retail?country=France&country=Germany"),
        panels: panels.map(|(panel, data)| ExportedPanel { panel, data: data.as_ref() }).collect(),
    }
}

/// A dashboard with a panel of every kind.
pub(crate) fn every_kind() -> Dashboard {
    let mut file = "title = \"Online retail\"\ndescription = \"What a British gift shop sells, to whom and when. \
                    Amounts are net of returned goods.\"\nsource = \"shop\"\n"
        .to_owned();
    let panels = [
        (
            "revenue",
            "Revenue",
            "stat",
            "0, y = 0, w = 3, h = 2",
            "unit = \"GBP\"\ncompare = \"previous period\"\nsparkline = \"select 1\"\n",
        ),
        ("orders", "Orders", "stat", "3, y = 0, w = 3, h = 2", "compare = \"previous period\"\n"),
        (
            "returned",
            "Share of returned lines",
            "stat",
            "6, y = 0, w = 3, h = 2",
            "unit = \"percent\"\n",
        ),
        ("customers", "Customers", "stat", "9, y = 0, w = 3, h = 2", ""),
        (
            "by-day",
            "Revenue by {interval}",
            "line",
            "0, y = 2, w = 8, h = 5",
            "unit = \"GBP\"\ncompare = \"previous period\"\ndescription = \"All invoice lines, cancellations subtracted.\"\n",
        ),
        (
            "countries",
            "Where the revenue comes from",
            "donut",
            "8, y = 2, w = 4, h = 5",
            "unit = \"GBP\"\n",
        ),
        ("stacked", "Orders by channel", "bar", "0, y = 7, w = 6, h = 5", "stacked = true\n"),
        ("hours", "When people order", "heatmap", "6, y = 7, w = 6, h = 5", ""),
        (
            "products",
            "Best sellers",
            "table",
            "0, y = 12, w = 6, h = 5",
            "columns = { revenue = { unit = \"GBP\", cell = \"bar\" }, secret = { cell = \"hidden\" } }\n",
        ),
        ("target", "Target", "gauge", "6, y = 12, w = 3, h = 3", "unit = \"percent\"\nmax = 1.0\n"),
        ("none", "Returns by reason", "bar", "9, y = 12, w = 3, h = 3", ""),
        ("failed", "Stock", "table", "6, y = 15, w = 6, h = 2", ""),
    ];
    for (id, title, kind, place, rest) in panels {
        file.push_str(&format!(
            "[[panel]]\nid = \"{id}\"\ntitle = \"{title}\"\nkind = \"{kind}\"\nsql = \"select 1\"\nat = {{ x = {place} }}\n{rest}"
        ));
    }
    dashboard(&file)
}

pub(crate) fn results() -> Vec<Result<PanelData, PanelError>> {
    let days = || Values::Time((0..DAYS).map(|number| Some(day(number))).collect());
    let all: f64 = (0..DAYS).map(takings).sum();
    let earlier = EarlierPeriod {
        bounds: Bounds { from: day(-DAYS), to: day(0) },
        shift: Shift::Days(DAYS as u32),
        is_covered: Some(true),
        is_by_days: true,
    };
    let frame = |columns| data(columns).frame;
    let revenue = PanelData {
        previous: Some(frame(vec![("revenue", floats([all * 0.87]))])),
        earlier: Some(earlier),
        sparkline: Some(frame(vec![("day", days()), ("revenue", floats((0..DAYS).map(takings)))])),
        additivity: vec![Additivity::Total],
        ..data(vec![("revenue", floats([all]))])
    };
    let orders = PanelData {
        previous: Some(frame(vec![("orders", ints([5_120]))])),
        earlier: Some(earlier),
        ..data(vec![("orders", ints([4_932]))])
    };
    let before = Values::Time((0..DAYS).map(|number| Some(day(number - DAYS))).collect());
    let by_day = PanelData {
        previous: Some(frame(vec![
            ("day", before),
            ("revenue", floats((0..DAYS).map(|n| takings(n) * 0.8))),
        ])),
        earlier: Some(earlier),
        coverage: Some(coverage()),
        additivity: vec![Additivity::Key, Additivity::Total],
        notes: vec!["\"web\" is not compared with \"Web\" of the previous period".into()],
        ..data(vec![("day", days()), ("revenue", floats((0..DAYS).map(takings)))])
    };
    let countries = data(vec![
        ("country", texts(&["United Kingdom", "Netherlands", "Germany", "France", "EIRE"])),
        ("revenue", floats([1_941_000.5, 284_661.54, 221_698.21, 197_403.9, 163_195.12])),
    ]);
    let weeks = |count: i64| (0..count).map(|number| Some(day(number * 7)));
    let channels: Vec<Option<Timestamp>> = (0..3).flat_map(|_| weeks(13)).collect();
    let names = ["Shop", "Web", "Trade fair"];
    let named: Vec<&str> = names.iter().flat_map(|name| [*name; 13]).collect();
    let mut stacked = data(vec![
        ("week", Values::Time(channels)),
        ("channel", texts(&named)),
        ("orders", ints((0..39).map(|n| 40 + (n * 37) % 60 + n))),
    ]);
    stacked.interval = Interval::Week;
    let hours: Vec<String> =
        (0..7).flat_map(|_| (8..20).map(|hour| format!("{hour:02}:00"))).collect();
    let hours: Vec<&str> = hours.iter().map(String::as_str).collect();
    let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let weekdays: Vec<&str> = weekdays.iter().flat_map(|name| [*name; 12]).collect();
    let heat = data(vec![
        ("hour", texts(&hours)),
        ("weekday", texts(&weekdays)),
        ("orders", ints((0..84).map(|n| (n * 53) % 97))),
    ]);
    let count = 1_234;
    let products: Vec<String> =
        (0..count).map(|n| format!("Product <{n}> & \"friends\"")).collect();
    let products: Vec<&str> = products.iter().map(String::as_str).collect();
    let prices =
        (0..i64::from(count)).map(|n| Some(Decimal::from_scaled(123_456_789 - n * 99_991, 2)));
    let products = data(vec![
        ("product", texts(&products)),
        ("revenue", Values::Decimal(prices.collect())),
        ("sold", ints((0..i64::from(count)).map(|n| 9_876 - n))),
        (
            "last",
            Values::Time(
                (0..i64::from(count))
                    .map(|n| Some(Timestamp(day(80).0 + n * 61_000_000)))
                    .collect(),
            ),
        ),
        ("secret", ints((0..i64::from(count)).map(|n| 777_000_000 + n))),
    ]);
    let error = PanelError {
        message: "The database is not reachable. Try again in a minute.".into(),
        retry: true,
        kind: FailureKind::Unavailable,
    };
    vec![
        Ok(revenue),
        Ok(orders),
        Ok(data(vec![("share", floats([0.021_345]))])),
        Ok(data(vec![("customers", ints([1_734]))])),
        Ok(by_day),
        Ok(countries),
        Ok(stacked),
        Ok(heat),
        Ok(products),
        Ok(data(vec![("share", floats([0.734]))])),
        Ok(data(vec![("reason", texts(&[])), ("n", ints([]))])),
        Err(error),
    ]
}
