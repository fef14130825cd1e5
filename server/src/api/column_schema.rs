//! The schema of a column: one rule for the cells of each type.

use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

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
            (
                "date",
                "Dates (`2026-03-01`), the same in every zone; `infinity` and `-infinity` where the \
                database has them.",
                string(None),
            ),
            (
                "wall-time",
                "What a wall clock showed (`2026-03-01T00:30:00`), without an offset because the \
                database has none, with microseconds where it has some; `infinity` and `-infinity` \
                where the database has them.",
                string(None),
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
