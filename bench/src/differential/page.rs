//! Reads the values in a panel's page.

/// The texts of the last table's cells, row by row.
pub(super) fn table(body: &str) -> Option<Vec<Vec<String>>> {
    let (_, table) = body.rsplit_once("<table class=\"tb")?;
    let (_, rows) = table.split_once("<tbody>")?;
    let (rows, _) = rows.split_once("</tbody>")?;
    let cells = |row: &str| row.split("<td").skip(1).map(cell).collect();
    Some(rows.split("<tr").skip(1).map(cells).collect())
}

/// The text of a cell; `markup` begins with its attributes.
fn cell(markup: &str) -> String {
    let inner = markup.split_once('>').map_or("", |(_, inner)| inner);
    let inner = inner.split("</td>").next().unwrap_or_default();
    // The start of a bucket that is not whole is followed by the part that there is.
    plain(inner.split(" <small>").next().unwrap_or_default())
}

/// The large figure.
pub(super) fn figure(body: &str) -> Option<String> {
    // A long one has further classes.
    let (_, rest) = body.split_once("class=\"stat-figure")?;
    let (_, rest) = rest.split_once('>')?;
    Some(plain(rest.split("</p>").next()?))
}

/// The values of the first series of a chart's readout, as written there: the fifth of its lines.
pub(super) fn readout(body: &str) -> Option<Vec<String>> {
    let (_, rest) = body.split_once("data-readout=\"")?;
    let (text, _) = rest.split_once('"')?;
    let values = text.split('\n').nth(4)?;
    Some(values.split('\t').map(entities).collect())
}

/// Markup as plain text: without tags, entities decoded.
fn plain(markup: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for c in markup.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    entities(&text)
}

/// The characters that markup writes as entities.
fn entities(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c))
}
