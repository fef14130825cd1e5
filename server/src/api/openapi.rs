//! The API's description: OpenAPI 3.1, from the comments of handlers and of what they answer.

use super::frame::ComputedFrom;
use super::handlers;
use std::sync::OnceLock;
use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, OpenApi, PartialSchema, ToSchema};

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Brisk",
        description = "What dashboards show, for programs: the same frames from the same cache. \
            It only reads. Answers are the current value: where it is not there yet, they wait for \
            it. Problems are `application/problem+json` (RFC 9457); `Retry-After` says when trying \
            again may help."
    ),
    paths(
        handlers::dashboards,
        handlers::dashboard,
        handlers::whole,
        handlers::panel,
        handlers::panel_as_csv,
        handlers::description,
    ),
    components(schemas(Column, ComputedFrom<'static>)),
    tags(
        (name = "dashboards", description = "What there is."),
        (name = "data", description = "What it shows."),
        (name = "description", description = "How to ask."),
    )
)]
struct Description;

/// The description, made once.
pub fn document() -> &'static utoipa::openapi::OpenApi {
    static DOCUMENT: OnceLock<utoipa::openapi::OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(Description::openapi)
}

/// Where a panel is.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code)] // Only its description is used.
pub struct PanelPath {
    /// The dashboard's name.
    #[param(example = "online-retail")]
    slug: String,
    /// The panel's name.
    #[param(example = "revenue-by-day")]
    panel: String,
}

/// Which view. The same words as in a page's address; parameters that are not known are ignored.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)] // Only its description is used: `ViewState` and `Parameters` read them.
pub struct ViewParameters {
    /// A range that ends with the current day (or hour): `last-90-days`, `this-month`,
    /// `previous-week`, `today`, `yesterday`.
    #[param(example = "last-30-days")]
    range: Option<String>,
    /// The first day of a range of your own, `2011-11-01`, or a time on the wall clock of the zone,
    /// `2011-11-01T09:30`. Needs `to`.
    from: Option<String>,
    /// Its last day, which is part of it, or a time, which is not.
    to: Option<String>,
    /// The width of the buckets: `auto`, `minute`, `hour`, `day`, `week`, `month`, `quarter` or
    /// `year`.
    interval: Option<String>,
    /// The IANA name of the time zone whose wall clock days and hours follow, where not the
    /// dashboard's.
    tz: Option<String>,
    /// How many seconds old a value may be that is past its time to live or from before an
    /// invalidation: such a value is answered at once, marked, while the current one is loaded.
    /// Left out, the answer waits for the current value. Also as `Cache-Control: max-stale=60`.
    #[param(rename = "max-stale")]
    max_stale: Option<u32>,
    /// The dashboard's variables, each as a parameter of its own name; those that take several
    /// values are repeated: `country=France&country=EIRE`.
    #[param(style = Form, explode, value_type = Object, rename = "variables", required = false)]
    variables: Option<String>,
}

/// The schema of a column: one rule for the cells of each type.
pub struct Column;

impl PartialSchema for Column {
    fn schema() -> RefOr<Schema> {
        let types = [
            (
                "int",
                "Whole numbers of 64 bits, as JSON numbers with all digits. Beyond ±2^53 a \
                parser that makes floats of all numbers (JavaScript's) loses digits.",
                number(Type::Integer, Some(KnownFormat::Int64)),
            ),
            ("decimal", "Exact decimals, as strings with all digits.", string(None)),
            (
                "float",
                "Floating-point numbers, as JSON numbers; what is none is the string `NaN`, \
                `Infinity` or `-Infinity`.",
                floats(),
            ),
            ("bool", "True or false.", number(Type::Boolean, None)),
            ("text", "Texts.", string(None)),
            (
                "time",
                "Instants in UTC (RFC 3339), with microseconds where they have some.",
                string(Some(KnownFormat::DateTime)),
            ),
        ];
        let one_of = types.into_iter().fold(OneOfBuilder::new(), |one_of, (word, about, cell)| {
            one_of.item(of_type(word, about, cell))
        });
        Schema::OneOf(
            one_of
                .description(Some("A column; its `type` says what its cells are. NULL is null."))
                .build(),
        )
        .into()
    }
}

impl ToSchema for Column {}

fn of_type(word: &str, about: &str, cell: RefOr<Schema>) -> RefOr<Schema> {
    let described = |about: &str, schema_type: SchemaType| {
        ObjectBuilder::new().schema_type(schema_type).description(Some(about)).build()
    };
    let nullable = || SchemaType::from_iter([Type::String, Type::Null]);
    let cells = OneOfBuilder::new()
        .item(cell)
        .item(ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null)));
    let computed = OneOfBuilder::new()
        .item(Ref::from_schema_name("ComputedFrom"))
        .item(ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null)));
    ObjectBuilder::new()
        .title(Some(word))
        .description(Some(about))
        .property("name", described("Its name in the statement.", Type::String.into()))
        .property("label", described("The word for readers.", Type::String.into()))
        .property("type", ObjectBuilder::new().schema_type(Type::String).enum_values(Some([word])))
        .property(
            "unit",
            described(
                "What its numbers count; null for bare numbers and for what is no number.",
                nullable(),
            ),
        )
        .property("computed", computed)
        .property("cells", ArrayBuilder::new().items(RefOr::T(Schema::OneOf(cells.build()))))
        .required("name")
        .required("label")
        .required("type")
        .required("unit")
        .required("computed")
        .required("cells")
        .build()
        .into()
}

fn number(kind: Type, format: Option<KnownFormat>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(kind)
        .format(format.map(SchemaFormat::KnownFormat))
        .build()
        .into()
}

fn string(format: Option<KnownFormat>) -> RefOr<Schema> {
    number(Type::String, format)
}

fn floats() -> RefOr<Schema> {
    let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([
        "NaN",
        "Infinity",
        "-Infinity",
    ]));
    let floats = number(Type::Number, Some(KnownFormat::Double));
    Schema::OneOf(OneOfBuilder::new().item(floats).item(words).build()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_openapi_3_1() {
        let json = serde_json::to_value(document()).unwrap();
        assert_eq!(json["openapi"], "3.1.0");
    }

    /// Absent and null would be two ways to say nothing.
    #[test]
    fn what_is_always_written_is_promised() {
        let json = serde_json::to_value(document()).unwrap();
        for (name, schema) in json["components"]["schemas"].as_object().unwrap() {
            let Some(properties) = schema["properties"].as_object() else { continue };
            let required = schema["required"].as_array().unwrap();
            let sometimes: Vec<&String> = properties
                .keys()
                .filter(|property| !required.iter().any(|r| r == *property))
                .collect();
            let expected: &[&str] =
                if name == "Problem" { &["instance", "retry_after"] } else { &[] };
            assert_eq!(sometimes, expected, "{name}");
        }
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let text = serde_json::to_string(document()).unwrap();
        let json = serde_json::to_value(document()).unwrap();
        let names: Vec<&str> = text
            .split("\"#/components/schemas/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            assert!(json["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}
