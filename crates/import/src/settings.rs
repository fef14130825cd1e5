//! What is known about a file before it is read: options of the command line.

use crate::ImportError;
use crate::layout::Layout;
use crate::plan::{ColumnType, Plan};
use crate::seen::DateOrder;

/// What is known about a file. The rest is guessed.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// See [`Layout`].
    pub encoding: Option<String>,
    /// See [`Layout`].
    pub delimiter: Option<String>,
    /// See [`Layout`].
    pub quote: Option<String>,
    /// See [`Layout`].
    pub header: Option<bool>,
    /// See [`Layout`].
    pub decimal: Option<String>,
    /// See [`Layout`].
    pub thousands: Option<String>,
    /// See [`Layout`].
    pub nulls: Vec<String>,
    /// The order of days and months.
    pub dates: Option<DateOrder>,
    /// The zone of times without an offset.
    pub timezone: Option<String>,
    /// The types of columns.
    pub types: Vec<TypeSetting>,
}

/// The type of a column: `price=numeric:2`, `at=timestamp:%d/%m/%Y %H:%M`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeSetting {
    /// The column's name in the file or the table, or its position.
    pub column: String,
    /// Its type.
    pub kind: ColumnType,
    /// The digits after the point.
    pub scale: Option<u8>,
    /// The format of dates and timestamps.
    pub format: Option<String>,
}

impl Settings {
    pub(crate) fn layout(&self) -> Layout {
        let default = Layout::default();
        // If points separate thousands, the decimal mark is a comma.
        let decimal = match self.thousands.as_deref() {
            Some(".") => ",".to_owned(),
            _ => default.decimal,
        };
        Layout {
            encoding: self.encoding.clone(),
            delimiter: self.delimiter.clone().unwrap_or(default.delimiter),
            quote: self.quote.clone().unwrap_or(default.quote),
            header: self.header.unwrap_or(default.header),
            decimal: self.decimal.clone().unwrap_or(decimal),
            thousands: self.thousands.clone(),
            nulls: self.nulls.clone(),
        }
    }
}

impl Plan {
    /// The same plan, with what `settings` add about the file.
    pub fn with_settings(mut self, settings: &Settings) -> Result<Self, ImportError> {
        let known = settings.clone();
        let layout = &mut self.layout;
        layout.encoding = known.encoding.or(layout.encoding.take());
        layout.header = known.header.unwrap_or(layout.header);
        layout.thousands = known.thousands.or(layout.thousands.take());
        let replaced = [
            (&mut layout.delimiter, known.delimiter),
            (&mut layout.quote, known.quote),
            (&mut layout.decimal, known.decimal),
            (&mut self.timezone, known.timezone),
        ];
        for (old, new) in replaced {
            if let Some(new) = new {
                *old = new;
            }
        }
        layout.nulls.extend(known.nulls);
        self.checked()
    }
}

impl std::str::FromStr for TypeSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{text}\" must look like COLUMN=TYPE, with text, integer, float, numeric:SCALE, \
                 decimal:SCALE, date:FORMAT or timestamp:FORMAT; the format may be left out for \
                 ISO 8601"
            )
        };
        let (column, kind) = text.split_once('=').ok_or_else(wrong)?;
        let (kind, detail) = match kind.split_once(':') {
            Some((kind, detail)) => (kind, Some(detail.to_owned())),
            None => (kind, None),
        };
        let kind = ColumnType::ALL.into_iter().find(|k| k.word() == kind).ok_or_else(wrong)?;
        let scaled = matches!(kind, ColumnType::Numeric | ColumnType::Decimal);
        let timed = matches!(kind, ColumnType::Date | ColumnType::Timestamp);
        let (scale, format) = match detail {
            None => (None, None),
            Some(scale) if scaled => (Some(scale.parse().map_err(|_| wrong())?), None),
            Some(format) if timed => (None, Some(format)),
            Some(_) => return Err(wrong()),
        };
        Ok(Self { column: column.trim().to_owned(), kind, scale, format })
    }
}
