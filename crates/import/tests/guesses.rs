//! What is guessed about a file, what is reported about the guess, and what is asked instead.

use brisk_import::{DateOrder, Dialect, Guess, ImportError, Plan, Settings, guess};

fn tried(bytes: &[u8], settings: &Settings, dialect: Dialect) -> Result<Guess, ImportError> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file.csv");
    std::fs::write(&file, bytes).unwrap();
    guess("t", &file, settings, dialect)
}

fn guessed(text: &str) -> Guess {
    let guess = tried(text.as_bytes(), &Settings::default(), Dialect::Postgres).unwrap();
    assert_eq!(Plan::from_toml("plan", &guess.plan.to_toml()).unwrap(), guess.plan, "{text}");
    guess
}

fn kinds(guess: &Guess) -> String {
    let column = |c: &brisk_import::plan::Column| format!("{}:{:?}", c.name, c.kind);
    guess.plan.columns.iter().map(column).collect::<Vec<_>>().join(" ").to_lowercase()
}

fn asked(text: &str, settings: &Settings) -> String {
    tried(text.as_bytes(), settings, Dialect::Postgres).unwrap().questions.join("; ")
}

#[test]
fn what_would_not_print_back_the_same_stays_text_and_is_said() {
    let guess = guessed(
        "phone,size,zip,id,price,version,big,plain\n\
         +34600111222,1E5,01234,12345678901234567890,1.50,1.9,9223372036854775807,3\n\
         +34600111223,2E5,98765,1,12345678901234567.25,1.10,-5,4.5\n",
    );
    assert_eq!(
        kinds(&guess),
        "phone:text size:text zip:text id:text price:numeric version:text big:integer plain:numeric"
    );
    let said = guess.to_string();
    for part in [
        "\"+34600111222\" (line 2) has a plus sign",
        "\"1E5\" (line 2) has an exponent",
        "\"01234\" (line 2) has a leading zero",
        "\"12345678901234567890\" (line 2) has more digits than 64 bits hold",
        "version  text       from \"version\", as \"1.9\"; kept as text: zeros at the end",
        "delimiter \",\", because it gives 8 columns",
        "header on line 1",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let text = "price\n12345678901234567.25\n";
    let sqlite = tried(text.as_bytes(), &Settings::default(), Dialect::Sqlite).unwrap();
    assert_eq!(kinds(&sqlite), "price:text");
    assert!(sqlite.to_string().contains("SQLite keeps 15 digits"), "{sqlite}");
}

#[test]
fn a_type_is_decided_by_the_last_line_too() {
    let mut text = String::from("n,day\n");
    for i in 0..30_000 {
        text.push_str(&format!("{i},03/04/2021\n"));
    }
    assert_eq!(kinds(&guessed(&format!("{text}x7,03/13/2021\n"))), "n:text day:date");
    let guess = guessed(&format!("{text}1,03/13/2021\n"));
    assert_eq!(kinds(&guess), "n:integer day:date");
    assert_eq!(guess.plan.columns[1].format.as_deref(), Some("%m/%d/%Y"));
    assert!(guess.to_string().contains("the month first, because of \"03/13/2021\" (line 30002)"));
    let asked = asked(&text, &Settings::default());
    assert!(asked.contains("\"day\"") && asked.contains("--dates day-first"), "{asked}");
    let settings = Settings { dates: Some(DateOrder::DayFirst), ..Settings::default() };
    let guess = tried(text.as_bytes(), &settings, Dialect::Postgres).unwrap();
    assert_eq!(guess.plan.columns[1].format.as_deref(), Some("%d/%m/%Y"));
    assert_eq!(guess.questions, Vec::<String>::new());
}

#[test]
fn delimiters_and_decimal_commas_are_found() {
    for (text, expected) in [
        ("a;b\n1,5;x\n2,25;y\n", "a:numeric b:text"),
        ("a\tb\n1,5\t1.234,5\n", "a:numeric b:text"),
        ("a|b\n1|2021-01-01\n", "a:integer b:date"),
        ("id, name\n1, ann\n2, bob\n", "id:integer name:text"),
        ("a;b\n1;2\n", "a:integer b:integer"),
    ] {
        let guess = guessed(text);
        assert_eq!(kinds(&guess), expected, "{text}");
        assert_eq!(guess.questions, Vec::<String>::new(), "{text}");
    }
    let guess = guessed("id, name\n1, ann\n");
    assert!(guess.plan.columns[1].trim);
    assert_eq!(guessed("a;b\n1,5;x\n").plan.layout.decimal, ",");
    for (text, ask) in [
        ("a;b\n1,234;x\n", "--thousands \",\""),
        ("a;b\n1.234;x\n", "--decimal \".\""),
        ("a;b\n1,5;2.5\n", "decimal comma"),
        ("a;b,c;d\n1;2,3;4\n", "--delimiter"),
    ] {
        let asked = asked(text, &Settings::default());
        assert!(asked.contains(ask), "{text}: {asked}");
    }
    let settings = Settings { thousands: Some(".".into()), ..Settings::default() };
    let text = "a;b\n1.234,50;1.000\n12,75;2\n";
    let guess = tried(text.as_bytes(), &settings, Dialect::Postgres).unwrap();
    assert_eq!((kinds(&guess), guess.questions.len()), ("a:numeric b:integer".into(), 0));
}

#[test]
fn encodings_are_found_or_asked_for() {
    let latin = b"name;n\nZo\xeb;1\n\x80uro;2\n";
    let guess = tried(latin, &Settings::default(), Dialect::Postgres).unwrap();
    assert_eq!(guess.plan.layout.encoding.as_deref(), Some("windows-1252"));
    assert!(guess.to_string().contains("windows-1252, because line 2 is not UTF-8"), "{guess}");
    let utf16: Vec<u8> = "id,name\n1,Zoë\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let guess = tried(&utf16, &Settings::default(), Dialect::Postgres).unwrap();
    assert_eq!(guess.plan.layout.encoding.as_deref(), Some("utf-16le"));
    assert_eq!(kinds(&guess), "id:integer name:text");
    let mixed = "a\né\n".bytes().chain(*b"\xeb\n").collect::<Vec<u8>>();
    for (bytes, part) in [(&mixed[..], "line 2 is UTF-8 and line 3"), (b"a\n\x81\n", "neither")] {
        let error = tried(bytes, &Settings::default(), Dialect::Postgres).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_header_is_found_missing_or_asked_about() {
    for (text, header) in [
        ("id,name\n1,ann\n", true),
        ("1,ann,2021-01-01\n2,bob,2021-01-02\n", false),
        ("ann,rome\nbob,paris\n", true),
        ("country,2020-01-22,2020-01-23\nfr,5,6\n", true),
        ("id,2019,2020\n1,5,6\n", true),
        ("zip\n01234\n", true),
        ("+34600111222,x\n+34600111223,y\n", false),
    ] {
        assert_eq!(guessed(text).plan.layout.header, header, "{text}");
    }
    let asked = asked("country,2019,2020\nfr,5,6\n", &Settings::default());
    assert!(asked.contains("--header yes"), "{asked}");
    assert_eq!(kinds(&guessed("1,ann\n2,bob\n")), "column_1:integer column_2:text");
}

#[test]
fn equal_headers_get_names_of_their_own_and_a_plan_says_which() {
    let guess = guessed("name,n,name\nann,1,x\n");
    assert_eq!(kinds(&guess), "name:text n:integer name_2:text");
    assert!(guess.to_string().contains("several columns are called \"name\": this is number 3"));
}

#[test]
fn words_for_null_are_taken_where_they_can_be_nothing_else() {
    let guess = guessed("n,at,country\n1,2021-01-01,NA\nNULL,-,NA\n3,2021-01-03,fr\n");
    assert_eq!(kinds(&guess), "n:integer at:date country:text");
    assert_eq!(guess.plan.columns[0].nulls, ["NULL"]);
    let said = guess.to_string();
    assert!(said.contains("NULL where it reads: 1 times \"-\""), "{said}");
    assert!(said.contains("2 times \"NA\" kept as text (--null)"), "{said}");
    let odd = guessed(&format!("n\n{}missing\n", "1\n".repeat(50)));
    assert!(odd.to_string().contains("--null \"missing\""), "{odd}");
}

#[test]
fn times_say_their_zone_and_what_would_be_cut() {
    let guess = guessed(
        "at,with,both\n2021-01-01 10:00,2021-01-01T10:00:00+02:00,2021-01-01T10:00:00Z\n2021-01-01 10:00,2021-01-01T10:00:00Z,2021-01-01\n",
    );
    assert_eq!(kinds(&guess), "at:timestamp with:timestamp both:timestamp");
    let said = guess.to_string();
    assert!(said.contains("without an offset, read as UTC (--timezone)"), "{said}");
    assert!(said.contains("1 have an offset, 1 do not"), "{said}");
    let fine = "at\n2021-01-01T10:00:00.1234567\n";
    assert_eq!(kinds(&guessed(fine)), "at:text");
    let second = "at\n2021-01-01T10:00:00.5\n";
    let sqlite = tried(second.as_bytes(), &Settings::default(), Dialect::Sqlite).unwrap();
    assert_eq!(kinds(&sqlite), "at:text");
    assert_eq!(kinds(&guessed(second)), "at:timestamp");
}

#[test]
fn an_unclosed_quote_is_an_error_at_its_line() {
    let error = tried(b"a,b\n1,\"x\n2,y\n3,z\n", &Settings::default(), Dialect::Postgres);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("line 2: the quote that opens column 2"), "{error}");
}

#[test]
fn types_can_be_set_by_column() {
    let types = ["n=float", "2=text", "at=timestamp:%d/%m/%y"].map(|t| t.parse().unwrap());
    let settings = Settings { types: types.into(), ..Settings::default() };
    let guess = tried(b"n,k,at\n1E5,7,03/04/21\n", &settings, Dialect::MySql).unwrap();
    assert_eq!(kinds(&guess), "n:float k:text at:timestamp");
    for bad in ["n", "n=money", "n=integer:2", "n=numeric:x"] {
        assert!(bad.parse::<brisk_import::TypeSetting>().is_err(), "{bad}");
    }
    let settings = Settings { types: vec!["m=text".parse().unwrap()], ..Settings::default() };
    assert!(tried(b"n\n1\n", &settings, Dialect::MySql).is_err());
}
