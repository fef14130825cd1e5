use super::*;
use crate::dialect::Dialect;
use brisk_domain::Frame;
use sqlparser::ast::Statement;
use sqlparser::parser::Parser;

fn additivity(sql: &str, names: &[&str]) -> Vec<Additivity> {
    let grammar = Dialect::Postgres.syntax().grammar();
    let statements = Parser::parse_sql(grammar, sql).unwrap();
    let [Statement::Query(body)] = statements.as_slice() else { panic!("{sql}") };
    of(body).of(names.iter().copied())
}

#[test]
fn the_outermost_aggregate_says_whether_a_column_adds_up() {
    use Additivity::{Distinct, Extreme, Key, Plain, Single, Total, Unknown};
    for (item, expected) in [
        ("sum(n)", Total),
        ("count(*)", Total),
        ("count(*) filter (where n > 1)", Total),
        ("-sum(n) / 100.0", Total),
        ("sum(a) - sum(b)", Total),
        ("coalesce(round(sum(n)::numeric, 2), 0)", Total),
        ("case when min(a) > 1 then sum(a) else 0 end", Total),
        ("cast(sum(n) as real) * 1.5", Total),
        ("count(distinct n)", Distinct),
        ("avg(n)", Single),
        ("min(n)", Extreme),
        ("coalesce(max(a * b), 0)", Extreme),
        ("max(a / b)", Single),
        ("100.0 * sum(a) / sum(b)", Single),
        ("sum(a) / count(*)", Single),
        ("100 - avg(n) * 1.5", Single),
        ("max(n) - min(n)", Single),
        ("sum(n) + 1", Unknown),
        ("sum(a) * sum(b)", Unknown),
        ("avg(n) * count(*)", Unknown),
        ("sum(a) / sum(sum(a)) over ()", Unknown),
        ("100.0 * count(*) / (select count(*) from t)", Unknown),
        ("least_of_mine(sum(n))", Unknown),
        ("sum(distinct n)", Single),
        ("percentile_cont(0.5) within group (order by n)", Single),
        ("median(n)", Single),
        ("sum(sum(n)) over (order by k)", Unknown),
        ("n", Key),
        ("extract(year from at)", Key),
        ("5", Plain),
    ] {
        let sql = format!("select k, {item} as v from t group by k, n, at");
        assert_eq!(additivity(&sql, &["k", "v"]), [Key, expected], "{item}");
    }
}

#[test]
fn names_are_followed_to_where_they_come_from() {
    use Additivity::{Extreme, Key, Plain, Single, Total, Unknown};
    for (sql, expected) in [
        ("select n from t", Plain),
        ("select a / b as n from t", Unknown),
        ("select price * pieces as n from t", Plain),
        ("select n from (select sum(x) as n from t) d", Total),
        ("with d as (select avg(x) as n from t) select d.n from d", Single),
        ("with d as (select avg(x) as n from t) select sum(n) as n from d", Total),
        ("with d as (select avg(x) as n from t) select max(n) as n from d", Single),
        ("with d as (select sum(x) as n from t) select max(n) as n from d", Extreme),
        ("select max(x) as n from t union all select min(x) from t", Extreme),
        ("select max(x) as n from t union all select sum(x) from t", Single),
        ("select avg(x) as n from t union all select odd(x) from t", Single),
        ("select sum(x) as n from t union all select odd(x) from t", Unknown),
        ("with d(n) as (select count(*) from t) select * from d", Total),
        ("select sum(x) as n from t union all select avg(x) from t", Single),
        ("select 1 as n union all select 2", Plain),
        ("select n from (select n, sum(x) as s from t group by n) d", Key),
        ("with a as (select avg(x) as n from t) select b.n from a, b", Plain),
        ("select (select count(*) from u) as n from t", Total),
    ] {
        assert_eq!(additivity(sql, &["n"]), [expected], "{sql}");
    }
}

#[test]
fn aggregates_of_text_and_times_name_no_row() {
    use Additivity::{Extreme, Total};
    use brisk_domain::{Column, Timestamp, Values};
    let names_no_row = |sql: &str, values: Values| {
        let grammar = Dialect::Postgres.syntax().grammar();
        let statements = Parser::parse_sql(grammar, sql).unwrap();
        let [Statement::Query(body)] = statements.as_slice() else { panic!("{sql}") };
        let column = |name: &str, values| Column { name: name.into(), values };
        let text = Values::Text(vec![None]);
        let columns = vec![column("k", text), column("v", values)];
        of(body).of_frame(&Frame::new(columns).unwrap())[1] == Extreme
    };
    let text = || Values::Text(vec![None]);
    let time = || Values::Time(vec![Some(Timestamp(0))]);
    for (sql, is_text, is_time) in [
        ("select k, max(v) as v from t group by 1", true, true),
        ("select t.k, max(v)::date as v from t group by k", true, true),
        ("select k, string_agg(v, ', ' order by v) as v from t group by k", true, true),
        ("select k, coalesce(string_agg(v, ','), '') as v from t group by k", true, true),
        ("select k, to_char(max(v), 'YYYY') as v from t group by t.k", true, true),
        ("select upper(k) as k, sum(n) > 5 as v from t group by upper(k)", true, true),
        (
            "select k, case when count(*) > 1 then 'a' else 'b' end as v from t group by k",
            true,
            true,
        ),
        ("select 'all' as k, min(v) as v from t", true, true),
        ("select * from (select k, max(v) as v from t group by k) d", true, true),
        ("select k, max(v) as v from t group by rollup (k)", true, true),
        // The largest name may be the only one that tells rows apart; a time never is.
        ("select k, max(v) as v from t group by k, id", false, true),
        ("select d.k, d.v from (select k, max(v) as v from t group by k) d", false, true),
        ("select k, (select max(v) from u where u.k = t.k) as v from t", false, true),
        // What rows are grouped or told apart by, whatever it was made of.
        ("select k, v from t group by 1, 2", false, false),
        (
            "select k, v, count(*) from (select k, max(v) as v from t group by k) d group by k, v",
            false,
            false,
        ),
        ("select k, initcap(v) as v from t", false, false),
        ("select k, initcap(v) as v, sum(n) from t group by 1, 2", false, false),
        ("select k, a || b as v from t", false, false),
        ("select k, greatest(v, w) as v from t", false, false),
        ("select k, max(v) over (partition by k) as v from t", false, false),
        ("select * from t", false, false),
    ] {
        assert_eq!(names_no_row(sql, text()), is_text, "{sql}");
        assert_eq!(names_no_row(sql, time()), is_time, "{sql}");
    }
    let number = Values::Int(vec![Some(1)]);
    let column = |name: &str, values| Column { name: name.into(), values };
    let frame = Frame::new(vec![column("k", text()), column("v", number)]).unwrap();
    let body = Parser::parse_sql(
        Dialect::Postgres.syntax().grammar(),
        "select k, sum(v) as v from t group by k",
    );
    let [Statement::Query(body)] = body.as_deref().unwrap() else { panic!() };
    assert_eq!(of(body).of_frame(&frame)[1], Total);
}

#[test]
fn what_stands_alone_is_known_on_every_dialect() {
    use Additivity::{Distinct, Extreme, Single, Total};
    let each = [
        ("avg(n)", Single),
        ("round(avg(n), 2)", Single),
        ("1.0 * sum(a) / sum(b)", Single),
        ("1.0 * sum(a) / nullif(count(*), 0)", Single),
        ("min(n)", Extreme),
        ("coalesce(max(n), 0)", Extreme),
        ("count(distinct n)", Distinct),
        ("sum(n)", Total),
        ("cast(count(*) as decimal(9, 2)) / 100", Total),
    ];
    let own = [
        (Dialect::Sqlite, "total(n)", Total),
        (Dialect::Sqlite, "iif(count(*) > 0, avg(n), null)", Single),
        (Dialect::Postgres, "avg(n)::numeric(9, 2)", Single),
        (Dialect::Postgres, "sum(n) filter (where a > 1)", Total),
        (Dialect::Postgres, "percentile_cont(0.5) within group (order by n)", Single),
        (Dialect::MySql, "if(count(*) > 0, avg(n), null)", Single),
        (Dialect::MySql, "sum(a) div count(*)", Single),
        (Dialect::MySql, "std(n)", Single),
    ];
    let dialects = [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql];
    let all = dialects.iter().flat_map(|one| each.map(|(item, expected)| (*one, item, expected)));
    for (dialect, item, expected) in all.chain(own) {
        let sql = format!("select k, {item} as v from t group by k");
        let statements = Parser::parse_sql(dialect.syntax().grammar(), &sql).unwrap();
        let [Statement::Query(body)] = statements.as_slice() else { panic!("{sql}") };
        let columns = of(body).of(["k", "v"].into_iter());
        assert_eq!(columns[1], expected, "{dialect:?}: {item}");
    }
}

#[test]
fn without_a_place_the_name_counts() {
    use Additivity::{Plain, Total};
    let sql = "select *, count(*) as n from t group by 1";
    assert_eq!(additivity(sql, &["a", "b", "n"]), [Plain, Plain, Total]);
    assert_eq!(additivity("select a, sum(b) from t group by 1", &["a", "sum"])[1], Total);
}
