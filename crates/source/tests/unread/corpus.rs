//! Statements that the databases accept and many of which Brisk's parser cannot read; each with the
//! first cell of its result, worked out by hand, and the tables that it reads.

pub(crate) type Case = (&'static str, &'static str, &'static [&'static str]);

const T: &[&str] = &["gaps_t"];
const EDGES: &[&str] = &["gaps_edges"];

pub(crate) const POSTGRES_SETUP: &[&str] = &[
    "drop table if exists gaps_t, gaps_edges",
    "drop type if exists gaps_pair",
    "create table gaps_t (id int primary key, name text, l int[], net numeric)",
    "insert into gaps_t values (1, '  a ', '{1,2,3}', 10.5), (2, null, '{4,5}', 20), (3, 'c', null, null)",
    "create table gaps_edges (child int, parent int)",
    "insert into gaps_edges values (2, 1), (3, 2)",
    "create type gaps_pair as (x int, y text)",
];

pub(crate) const POSTGRES: &[Case] = &[
    ("select trim(leading from name) as v from gaps_t where id = 1", "a ", T),
    ("select trim(trailing ' ' from name) as v from gaps_t where id = 1", "  a", T),
    ("select (row(1, 'x')::gaps_pair).*", "1", &[]),
    ("select (p).y from (select row(id, name)::gaps_pair as p from gaps_t where id = 3) s", "c", T),
    ("select l[1:2]::text from gaps_t where id = 1", "{1,2}", T),
    ("select l[:2]::text from gaps_t where id = 1", "{1,2}", T),
    ("select l[2:]::text from gaps_t where id = 1", "{2,3}", T),
    ("select l[1:id]::text from gaps_t where id = 2", "{4,5}", T),
    ("select date '2011-11-16' + 1", "2011-11-17", &[]),
    ("select int4 '7' + 1", "8", &[]),
    ("select point '(1,2)'", "(1,2)", &[]),
    ("select jsonb '{\"a\": 1}' -> 'a'", "1", &[]),
    ("select double precision '1.5'", "1.5", &[]),
    ("select interval '1 2:03' day to minute", "1 day 02:03:00", &[]),
    ("select timestamp without time zone '2011-11-16 01:00'::text", "2011-11-16 01:00:00", &[]),
    ("select id from gaps_t where name isnull", "2", T),
    ("select count(*) from gaps_t where name notnull", "2", T),
    ("select count(*) from gaps_t where id between symmetric 3 and 2", "2", T),
    ("select b from rows from (generate_series(1, 2), generate_series(5, 7)) as x(a, b)", "5", &[]),
    (
        "select sum(id) over (order by id rows between unbounded preceding and unbounded following \
         exclude current row) from gaps_t order by id",
        "5",
        T,
    ),
    (
        "select sum(id) over (order by id groups between 1 preceding and 1 following exclude ties) \
         from gaps_t order by id",
        "3",
        T,
    ),
    (
        "with recursive r as (select child, parent from gaps_edges where parent = 1 union all \
         select e.child, e.parent from gaps_edges e join r on e.parent = r.child) \
         search depth first by child set o select child from r order by o desc",
        "3",
        EDGES,
    ),
    (
        "with recursive r as (select child, parent from gaps_edges where parent = 1 union all \
         select e.child, e.parent from gaps_edges e join r on e.parent = r.child) \
         cycle child set is_cycle using path select count(*) from r where not is_cycle",
        "2",
        EDGES,
    ),
    (
        "select count(*) from (select 1 from gaps_t group by distinct rollup (id), rollup (id)) x",
        "4",
        T,
    ),
    ("table gaps_edges", "2", EDGES),
    ("(table gaps_edges) order by child desc limit 1", "3", EDGES),
    ("with x as (table gaps_edges) select count(*) from x", "2", EDGES),
    ("select count(*) from only (gaps_t)", "3", T),
    ("select count(*) from gaps_t *", "3", T),
    ("select substring('abcdef' from 2 for 3)", "bcd", &[]),
    ("select substring('abc' similar 'a#\"b#\"c' escape '#')", "b", &[]),
    ("select overlay('abcdef' placing 'XX' from 2 for 3)", "aXXef", &[]),
    ("select collation for ('a' collate \"C\")", "\"C\"", &[]),
    ("select 1 operator(pg_catalog.+) 2", "3", &[]),
    ("select id from gaps_t order by id using >", "3", T),
    ("select id from gaps_t order by id fetch first 1 row with ties", "1", T),
    ("select percentile_cont(0.5) within group (order by id) from gaps_t", "2", T),
    (
        "select x.v from gaps_t, lateral unnest(l) with ordinality as x(v, o) where id = 1 and o = 3",
        "3",
        T,
    ),
    ("select xmlelement(name a, 'b')", "<a>b</a>", &[]),
    ("select xmlserialize(content '<a/>'::xml as text)", "<a/>", &[]),
    ("select 'a' is nfc normalized", "true", &[]),
    (
        "select (date '2011-11-16', interval '2 days') overlaps (date '2011-11-17', interval '1 day')",
        "true",
        &[],
    ),
    ("select row(1, 2) < row(1, 3)", "true", &[]),
    ("select id from gaps_t where (id, 1) in ((1, 1), (2, 2))", "1", T),
    ("select public.gaps_t.id from public.gaps_t where id = 1", "1", &["public.gaps_t"]),
    ("select t from gaps_t t where id = 3", "(3,c,,)", T),
    ("select |/ 16", "4", &[]),
    ("select U&'d\\0061t'", "dat", &[]),
    ("select id from gaps_t tablesample system (100) repeatable (1) order by id", "1", T),
    ("select grouping(id) from gaps_t group by cube (id) order by 1 desc", "1", T),
    ("select count(*) from gaps_t natural join (values (1)) as v(id)", "1", T),
    ("select distinct on (parent) child from gaps_edges order by parent, child desc", "2", EDGES),
    ("with x as not materialized (select id from gaps_t) select max(id) from x", "3", T),
    ("select '{\"a\": 1}'::jsonb ? 'a'", "true", &[]),
    ("select ('{\"a\": [1, 2]}'::jsonb)['a'][1]", "2", &[]),
    ("select make_date(year => 2011, month => 11, day => 16)", "2011-11-16", &[]),
    ("select concat(variadic array['a', 'b'])", "ab", &[]),
    (
        "select max(j.id) from gaps_t join (select child as id from gaps_edges) e using (id) as j",
        "3",
        &["gaps_t", "gaps_edges"],
    ),
];

pub(crate) const MARIADB_SETUP: &[&str] = &[
    "drop table if exists gaps_t, gaps_edges, gaps_parts",
    "create table gaps_t (id int primary key, name varchar(20), net decimal(10, 2))",
    "insert into gaps_t values (1, 'xxa', 10.50), (2, null, 20), (3, 'c', null)",
    "create table gaps_edges (child int, parent int)",
    "insert into gaps_edges values (2, 1), (3, 2)",
    "create table gaps_parts (id int) partition by range (id) (partition p0 values less than (10), \
     partition p1 values less than (20))",
    "insert into gaps_parts values (1), (11)",
];

pub(crate) const MARIADB: &[Case] = &[
    ("select 7 mod 2", "1", &[]),
    ("select 7 div 2", "3", &[]),
    ("select extract(year_month from '2011-11-16')", "201111", &[]),
    ("select extract(day_hour from '2011-11-16 05:00:00')", "1605", &[]),
    ("select count(*) from gaps_t where name sounds like 'c'", "1", T),
    ("select count(*) from gaps_t where name regexp '^x'", "1", T),
    ("select count(*) from gaps_t where name not rlike '^x'", "1", T),
    ("select binary 'a' = 'A'", "0", &[]),
    ("select _utf8mb4'x' collate utf8mb4_bin", "x", &[]),
    ("select n'x'", "x", &[]),
    ("select 0b11 + 0", "3", &[]),
    ("select interval(5, 1, 10)", "1", &[]),
    (
        "select cast(date '2011-11-16' + interval '1:1' minute_second as char)",
        "2011-11-16 00:01:01",
        &[],
    ),
    ("select {d '2011-11-16'}", "2011-11-16", &[]),
    ("select {fn ucase('a')}", "A", &[]),
    ("select group_concat(distinct id order by id desc separator '; ') from gaps_t", "3; 2; 1", T),
    ("select straight_join t.id from gaps_t t order by t.id", "1", T),
    ("select sql_no_cache id from gaps_t order by id", "1", T),
    ("select high_priority id from gaps_t order by id", "1", T),
    ("select id from gaps_t force index (primary) order by id", "1", T),
    ("select id from gaps_t use index () order by id", "1", T),
    ("select id from gaps_t ignore index for order by (primary) order by id", "1", T),
    ("select id from gaps_parts partition (p1)", "11", &["gaps_parts"]),
    (
        "select e.child from gaps_edges e straight_join gaps_t t on t.id = e.parent order by 1",
        "2",
        &["gaps_edges", "gaps_t"],
    ),
    ("select id from (gaps_t) order by id", "1", T),
    (
        "select t.id from gaps_t t left join (gaps_edges e cross join gaps_parts p) on e.child = t.id order by 1",
        "1",
        &["gaps_t", "gaps_edges", "gaps_parts"],
    ),
    (
        "select t.id from {oj gaps_t t left join gaps_edges e on e.child = t.id} order by 1",
        "1",
        &["gaps_t", "gaps_edges"],
    ),
    ("select 1 from dual", "1", &[]),
    ("select id from gaps_t order by id limit 1, 2", "2", T),
    ("select count(*) from gaps_t limit rows examined 1000", "3", T),
    ("select count(*) from (select id from gaps_t group by id with rollup) x", "4", T),
    ("select 1 xor 1", "0", &[]),
    ("select 1 <=> null", "0", &[]),
    ("select 1 && 1", "1", &[]),
    ("select !1", "0", &[]),
    ("select trim(leading 'x' from name) from gaps_t where id = 1", "a", T),
    ("select substring('abc' from 2 for 1)", "b", &[]),
    ("select position('b' in 'abc')", "2", &[]),
    ("select char(65 using utf8mb4)", "A", &[]),
    ("select cast('1' as char(2) character set utf8mb4)", "1", &[]),
    (
        "with recursive r as (select child from gaps_edges where parent = 1 union select e.child from gaps_edges e join r on e.parent = r.child) cycle child restrict select count(*) from r",
        "2",
        EDGES,
    ),
    ("select id from gaps_t except all select 1 order by 1", "2", T),
    ("select median(net) over () from gaps_t", "15.25", T),
    ("select percentile_cont(0.5) within group (order by id) over () from gaps_t", "2", T),
    ("select row(1, 2) = row(1, 2)", "1", &[]),
    ("select get_format(date, 'ISO')", "%Y-%m-%d", &[]),
    ("select timestampdiff(month, '2011-01-01', '2011-11-16')", "10", &[]),
    ("select jt.a from json_table('[{\"a\": 7}]', '$[*]' columns (a int path '$.a')) jt", "7", &[]),
    ("select id from gaps_t order by id fetch first 1 rows only", "1", T),
    ("values (1), (2)", "1", &[]),
    ("select seq from seq_3_to_5", "3", &["seq_3_to_5"]),
    ("select net is not true from gaps_t where id = 1", "0", T),
];

pub(crate) const SQLITE_SETUP: &str =
    "create table gaps_t (id integer primary key, name text, net real);
     insert into gaps_t values (1, 'xxa', 10.5), (2, null, 20), (3, 'c', null);
     create table gaps_edges (child int, parent int);
     create index gaps_i on gaps_edges (parent);
     insert into gaps_edges values (2, 1), (3, 2)";

pub(crate) const SQLITE: &[Case] = &[
    ("with x as materialized (select id from gaps_t) select max(id) from x", "3", T),
    ("with x as not materialized (select id from gaps_t) select max(id) from x", "3", T),
    ("select id from gaps_t not indexed order by id", "1", T),
    ("select child from gaps_edges indexed by gaps_i where parent = 1", "2", EDGES),
    (
        "select child from main.gaps_edges as e not indexed where e.parent = 1",
        "2",
        &["main.gaps_edges"],
    ),
    ("select id from gaps_t where name isnull", "2", T),
    ("select count(*) from gaps_t where name notnull", "2", T),
    ("select count(*) from gaps_t where name not null", "2", T),
    ("select id from gaps_t where id == 3", "3", T),
    ("select id from gaps_t where name glob 'x*'", "1", T),
    ("select id from gaps_t where name is not distinct from null", "2", T),
    ("select id from gaps_t where name is null and id is 2", "2", T),
    (
        "select count(*) from gaps_t where id in (select child from gaps_edges)",
        "2",
        &["gaps_t", "gaps_edges"],
    ),
    ("select count(*) from gaps_t where (id, 1) in gaps_edges", "1", &["gaps_t", "gaps_edges"]),
    ("select count(*) from gaps_t where id in ()", "0", T),
    (
        "select sum(id) over (order by id rows between unbounded preceding and unbounded following exclude current row) from gaps_t order by id",
        "5",
        T,
    ),
    (
        "select sum(id) over (order by id groups between 1 preceding and 1 following exclude ties) from gaps_t order by id",
        "3",
        T,
    ),
    ("select group_concat(id, '-' order by id desc) from gaps_t", "3-2-1", T),
    ("select string_agg(id, '-') filter (where id > 1) from gaps_t", "2-3", T),
    ("select (1, 2) < (1, 3)", "1", &[]),
    ("select * from (values (1), (2)) order by 1 desc", "2", &[]),
    ("select id from gaps_t order by id limit 1, 2", "2", T),
    (
        "select t.id from gaps_t t natural left outer join gaps_edges order by 1",
        "1",
        &["gaps_t", "gaps_edges"],
    ),
    (
        "select count(*) from gaps_t full join gaps_edges on child = id",
        "3",
        &["gaps_t", "gaps_edges"],
    ),
    ("select '{\"a\": 7}' ->> '$.a'", "7", &[]),
    ("select '{\"a\": [7]}' -> 'a'", "[7]", &[]),
    ("select iif(1, 2, 3)", "2", &[]),
    ("select 0x1f", "31", &[]),
    ("select 1_000", "1000", &[]),
    ("select name collate nocase from gaps_t where id = 3", "c", T),
    ("select [id] from [gaps_t] where `id` = 3", "3", T),
    ("select rowid from 'gaps_t' where id = 3", "3", T),
    ("select value from json_each('[5, 6]')", "5", &[]),
    ("select id from gaps_t order by name desc nulls last", "1", T),
    ("select likely(id) from gaps_t where id = 1", "1", T),
    ("select total(net) from gaps_t", "30.5", T),
    (
        "with recursive n(i) as (values (1) union all select i + 1 from n limit 4) select max(i) from n",
        "4",
        &[],
    ),
    ("select x'4142' = cast('AB' as blob)", "1", &[]),
    ("select max(id), name from gaps_t", "3", T),
    ("select id from gaps_t where name like '%a' escape '!'", "1", T),
    (
        "select count(*) from gaps_t where not exists (select 1 from gaps_edges where child = id)",
        "1",
        &["gaps_t", "gaps_edges"],
    ),
];
