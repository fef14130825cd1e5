//! Everyday statements with all types of PostgreSQL and its extensions: none is refused.

use super::refusal;
use crate::fixture::{statement, url::url};
use brisk_domain::SourceName;
use brisk_source::{Dialect, Limits, Source};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

const SETUP: &[&str] = &[
    "create extension citext",
    "create extension hstore",
    "create extension pg_trgm",
    "create extension unaccent",
    "create extension fuzzystrmatch",
    "create extension cube",
    "create extension earthdistance",
    "create extension ltree",
    "create extension intarray",
    "create extension \"uuid-ossp\"",
    "create extension pgcrypto",
    "create extension btree_gist",
    "create extension btree_gin",
    "create extension seg",
    "create schema isn",
    "create extension isn schema isn",
    "create extension tablefunc",
    "create extension pg_stat_statements",
    "create extension pgstattuple",
    "create extension pg_freespacemap",
    "create extension pg_buffercache",
    "create extension sslinfo",
    "create type mood as enum ('sad', 'glad')",
    "create domain price as numeric(9, 2) check (value >= 0)",
    "create type home as (street text, number int)",
    // Declared as in PostGIS and the like.
    "create function ext_double(n int) returns int immutable language sql as 'select n * 2'",
    "alter extension cube add function ext_double(int)",
    "create type shape as (x float8, y float8)",
    "create function st_area(shape) returns float8 immutable language sql as 'select ($1).x * ($1).y'",
    "create function shape_near(shape, shape) returns boolean immutable language sql as 'select $1 = $2'",
    "create operator && (leftarg = shape, rightarg = shape, function = shape_near)",
    "create function shape_text(shape) returns text immutable language sql as 'select ''SHAPE'''",
    "create cast (shape as text) with function shape_text(shape)",
    "create function shape_more(shape, shape) returns shape immutable language sql as 'select coalesce($1, $2)'",
    "create aggregate st_extent (shape) (sfunc = shape_more, stype = shape)",
    "alter extension cube add type shape",
    "alter extension cube add function st_area(shape)",
    "alter extension cube add function shape_near(shape, shape)",
    "alter extension cube add operator && (shape, shape)",
    "alter extension cube add function shape_text(shape)",
    "alter extension cube add cast (shape as text)",
    "alter extension cube add function shape_more(shape, shape)",
    "alter extension cube add aggregate st_extent(shape)",
    "create table e_places (name text, shape shape)",
    "insert into e_places values ('a', row(1, 2))",
    "create table e (n int, name text, word citext, tags int[], doc jsonb, attrs hstore, during tsrange,
       path ltree, mood mood, price price, home home)",
    "insert into e values (1, 'a', 'A', '{1,2}', '{\"a\": 1, \"list\": [1]}', 'a=>1', '[2020-01-01,2020-01-02)',
       'top.a', 'sad', 1.5, row('x', 1))",
    "create view e_view as select * from e where word <> 'y' and name % 'a'",
];

#[tokio::test]
async fn everyday_statements_with_every_type_pass_on_postgres() {
    let Some(server) = url("BRISK_TEST_POSTGRES_URL") else { return };
    let mut admin = PgConnection::connect(&server).await.unwrap();
    let name = "functions_everyday";
    for sql in
        [format!("drop database if exists {name} with (force)"), format!("create database {name}")]
    {
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let (place, _) = server.rsplit_once('/').unwrap();
    let url = format!("{place}/{name}");
    let mut owner = PgConnection::connect(&url).await.unwrap();
    for sql in SETUP {
        owner.execute(AssertSqlSafe((*sql).to_owned())).await.unwrap();
    }
    let source = SourceName::parse("pg").unwrap();
    let source = Source::postgres(source, &url, 1, Limits::default()).unwrap();
    let mut wrong = Vec::new();
    for sql in STATEMENTS {
        let statement = statement(Dialect::Postgres, sql);
        if let Some(why) = refusal(&source, &statement).await {
            wrong.push(format!("{sql}\n  {why}"));
        } else if let Err(why) = source.run(&statement, &[]).await {
            wrong.push(format!("{sql}\n  it passes, and fails: {why}"));
        }
    }
    // It runs only where the server has loaded it at its start.
    let statements =
        "select query as a, calls as b from pg_stat_statements order by total_exec_time limit 5";
    let statements = refusal(&source, &statement(Dialect::Postgres, statements)).await;
    wrong.extend(statements);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), STATEMENTS.len(), wrong.join("\n"));
    drop((source, owner));
    let drop = format!("drop database if exists {name} with (force)");
    admin.execute(AssertSqlSafe(drop)).await.unwrap();
}

const STATEMENTS: &[&str] = &[
    // Figures that administrators look at.
    "select show_limit() as a, ssl_is_used() as b, uuid_generate_v1mc() as c",
    "select free_percent as a from pgstattuple('e')",
    "select sum(avail) as a from pg_freespace('e')",
    "select count(*) as a from pg_buffercache where isdirty",
    // Arrays.
    "select array[1, 2] || 3 as a, array[1, 2] @> array[1] as b, 1 = any (tags) as c from e",
    "select tags[1] as a, tags[1:2] as b, cardinality(tags) as c, array_length(tags, 1) as d from e",
    "select unnest(tags) as a, array_position(tags, 2) as b, array_remove(tags, 1) as c from e",
    "select t.n as a, t.o as b from e, unnest(tags) with ordinality as t(n, o)",
    "select array_agg(distinct n order by n desc) as a, array_to_string(array_agg(n), ',') as b from e",
    "select array(select n from e order by n) as a, string_to_array('a,b', ',') as b",
    "select tags && array[1] as a, tags <@ array[1, 2, 3] as b, tags < array[9] as c from e",
    "select array_fill(0, array[3]) as a, trim_array(array[1, 2, 3], 1) as b, array_cat(tags, tags) as c from e",
    // JSON.
    "select doc -> 'a' as a, doc ->> 'b' as b, doc #> '{a,b}' as c, doc #>> '{a,b}' as d from e",
    "select doc @> '{\"a\": 1}' as a, doc ? 'a' as b, doc ?| array['a'] as c, doc ?& array['a'] as d from e",
    "select doc || '{\"x\": 1}' as a, doc - 'a' as b, doc #- '{a}' as c, doc['a'] as d from e",
    "select jsonb_path_query_first(doc, '$.a') as a, doc @@ '$.a == 1' as b, doc @? '$.a' as c from e",
    "select jsonb_agg(n) as a, jsonb_object_agg(name, n) as b, json_build_array(1, 'a') as c from e group by name",
    "select j.key as a, j.value as b from e, jsonb_each_text(doc) j",
    "select x.a as a, x.b as b from e, jsonb_to_record(doc) as x(a int, b text)",
    "select jsonb_array_elements(doc -> 'list') as a, jsonb_typeof(doc) as b, jsonb_pretty(doc) as c from e",
    "select to_jsonb(e) as a, row_to_json(e) as b, jsonb_strip_nulls(doc) as c, jsonb_set(doc, '{a}', '1') as d from e",
    // Text search.
    "select to_tsvector('english', name) @@ to_tsquery('english', 'a & b') as a from e",
    "select ts_rank(to_tsvector(name), plainto_tsquery('x')) as a, ts_headline(name, 'x'::tsquery) as b from e",
    "select websearch_to_tsquery('english', 'a or b') as a, 'a'::tsvector || 'b'::tsvector as b, 'a'::tsquery && 'b' as c",
    "select phraseto_tsquery('a b') as a, setweight('a:1'::tsvector, 'A') as b, numnode('a & b'::tsquery) as c",
    // Ranges.
    "select int4range(1, 5) @> 3 as a, during && tsrange(now()::timestamp, null) as b from e",
    "select lower(during) as a, upper(during) as b, isempty(during) as c, during * during as d from e",
    "select int4range(1, 3) -|- int4range(3, 5) as a, int4range(1, 3) + int4range(2, 5) as b, range_merge(int4range(1, 2), int4range(5, 6)) as c",
    "select range_agg(during) as a, daterange('2020-01-01', '2020-02-01', '[]') as b from e",
    "select int4multirange(int4range(1, 2)) @> 1 as a, tstzrange(now(), now() + interval '1 day') as b",
    // citext.
    "select word = 'X' as a, word <> 'y' as b, word < 'z' as c, word ~ 'a' as d, word !~~ 'b%' as e from e",
    "select lower(word) as a, replace(word, 'a', 'b') as b, split_part(word, ',', 1) as c, strpos(word, 'a') as d from e",
    "select word::text as a, word || 'x' as b, min(word) as c, count(distinct word) as d from e group by word",
    "select regexp_replace(word, 'a', 'b') as a, regexp_matches(word, 'a') as b, translate(word, 'a', 'b') as c from e",
    "select n as a from e where word in ('a', 'b') order by word",
    "select n as a from e where word like any (array['a%', 'b%'])",
    // hstore.
    "select attrs -> 'a' as a, attrs ? 'a' as b, attrs @> 'a=>1' as c, attrs || 'b=>2' as d, attrs - 'a'::text as e from e",
    "select akeys(attrs) as a, avals(attrs) as b, hstore_to_jsonb(attrs) as c, attrs::jsonb as d, slice(attrs, array['a']) as e from e",
    "select k.key as a, k.value as b from e, each(attrs) k",
    "select skeys(attrs) as a, exist(attrs, 'a') as b, defined(attrs, 'a') as c, hstore(array['a', 'b']) as d, %% attrs as e from e",
    "select attrs = 'a=>1'::hstore as a, attrs <> ''::hstore as b, hstore(e) as c from e",
    // pg_trgm, unaccent, fuzzystrmatch, cube, earthdistance, ltree, intarray, uuid-ossp, pgcrypto, btree_gist.
    "select similarity(name, 'x') as a, name % 'x' as b, name <-> 'x' as c, word_similarity('x', name) as d, 'x' <% name as e from e",
    "select show_trgm(name) as a, strict_word_similarity('x', name) as b, name <->> 'x' as c, name %> 'x' as d from e",
    "select unaccent(name) as a, unaccent('unaccent', name) as b from e",
    "select levenshtein(name, 'x') as a, soundex(name) as b, metaphone(name, 4) as c, dmetaphone(name) as d, difference(name, 'x') as e from e",
    "select cube(array[1, 2]) as a, cube_distance(cube(1), cube(2)) as b, cube(1) <-> cube(2) as c, cube(1) @> cube(1) as d",
    "select earth_distance(ll_to_earth(1, 2), ll_to_earth(3, 4)) as a, point(1, 2) <@> point(3, 4) as b",
    "select earth_box(ll_to_earth(1, 2), 1000) @> ll_to_earth(1, 2) as a",
    "select path <@ 'top'::ltree as a, path ~ 'top.*'::lquery as b, nlevel(path) as c, subpath(path, 0, 1) as d, path || 'x' as e from e",
    "select lca(array['a.b'::ltree]) as a, path @ 'x'::ltxtquery as b, text2ltree('a.b') as c, path = 'a' as d, path @> 'a.b' as e from e",
    "select sort(tags) as a, uniq(tags) as b, tags + 1 as c, tags & array[1] as d, icount(tags) as e, tags @@ '1&2'::query_int as f from e",
    "select uuid_generate_v5(uuid_ns_url(), 'x') as a, gen_random_uuid() as b, digest(name, 'sha256') as c, encode(hmac(name, 'k', 'sha1'), 'hex') as d from e",
    "select crypt(name, '$2a$06$aaaaaaaaaaaaaaaaaaaaaa') as a from e",
    "select isn.isbn('978-0-393-04002-9') as a, isn.is_valid(isn.isbn('978-0-393-04002-9')) as b",
    "select seg '1..2' && seg '2..3' as a, seg_center(seg '1..2') as b",
    // Casts, domains, enums, composites, geometry, money, networks, intervals, XML, bits.
    "select '10.0.0.1'::inet << '10.0.0.0/8' as a, host('10.0.0.1'::inet) as b, masklen('10.0.0.0/8'::cidr) as c",
    "select point(1, 2) <-> point(3, 4) as a, box(point(0, 0), point(1, 1)) @> point(0.5, 0.5) as b, circle(point(0, 0), 1) && circle(point(1, 1), 1) as c",
    "select mood as a, mood > 'sad' as b, mood::text as c, enum_range(null::mood) as d, enum_first(mood) as e from e",
    "select price as a, price + 1 as b, price::numeric as c, (home).street as d, (home).* from e",
    "select b'101' | b'010' as a, b'1' << 1 as b, 12.5::money + 1::money as c, 5 # 3 as d, |/ 9 as e, @ -5 as f",
    "select age(now(), now()) as a, now() at time zone 'Europe/Paris' as b, extract(epoch from interval '1 day') as c, make_date(2020, 1, 1) as d, date_bin('15 min', now(), '2001-01-01') as e, (now(), now()) overlaps (now(), now()) as f",
    "select xmlelement(name x, 'y') as a, xpath('/a', '<a/>'::xml) as b, xmlforest(n as m) as c from e",
    "select percentile_disc(0.5) within group (order by n) as a, mode() within group (order by name) as b, regr_slope(n, n) as c, corr(n, n) as d from e",
    "select grouping(name) as a, count(*) as b from e group by rollup (name)",
    "select ntile(4) over w as a, first_value(n) over w as b, nth_value(n, 2) over w as c, percent_rank() over w as d from e window w as (partition by name order by n)",
    "select greatest(n, 1) as a, least(n, 2) as b, n is distinct from 1 as c, num_nulls(n, name) as d, width_bucket(n, 0, 10, 5) as e from e",
    "select format('%s', name) as a, md5(name) as b, name collate \"C\" as c, name similar to 'a%' as d, name !~* 'x' as e, starts_with(name, 'a') as f, name ^@ 'a' as g from e",
    "with recursive r(n) as (select 1 union all select n + 1 from r where n < 3) select n as a from r",
    "select s.a as a from e cross join lateral (select n * 2 as a) s",
    "select ext_double(n) as a from e",
    "select st_area(shape) as a, shape && row(1, 2)::shape as b, shape::text as c, st_extent(shape) as d, p.name as e
       from e_places p group by p.name, shape",
    "select n as a from e_view where word = 'x' and tags @> array[1] and attrs ? 'a'",
];
