//! PostGIS, if the server has it: its everyday functions, operators and casts need no setting, and geometries
//! are shown as text. `everyday` has the same declarations without PostGIS.

use super::refusal;
use crate::fixture::{statement, url::url};
use brisk_domain::SourceName;
use brisk_source::{Dialect, Limits, Source};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

const SETUP: &[&str] = &[
    "create schema gis",
    "create extension postgis schema gis",
    "create table places (id int, name text, geom gis.geometry(Point, 4326), area gis.geometry(Polygon, 4326),
       spot gis.geography(Point, 4326), way gis.geometry)",
    "insert into places values (1, 'a', gis.st_setsrid(gis.st_makepoint(1, 2), 4326),
       gis.st_geomfromtext('POLYGON((0 0,0 3,3 3,3 0,0 0))', 4326), 'SRID=4326;POINT(1 2)',
       'LINESTRING Z (0 0 1,1 1 2)')",
    "create view nearby as select name, gis.st_distance(spot, 'SRID=4326;POINT(0 0)'::gis.geography) as metres
       from places where geom operator(gis.&&) gis.st_makeenvelope(0, 0, 9, 9, 4326)",
];

#[tokio::test]
async fn postgis_needs_no_setting_and_geometries_are_text() {
    let Some(server) = url("BRISK_TEST_POSTGRES_URL") else { return };
    let mut admin = PgConnection::connect(&server).await.unwrap();
    let known = "select count(*) from pg_available_extensions where name = 'postgis'";
    let known: i64 = sqlx::query_scalar(known).fetch_one(&mut admin).await.unwrap();
    if known == 0 {
        eprintln!("skipped: this PostgreSQL has no PostGIS (Debian: postgresql-15-postgis-3)");
        return;
    }
    let name = "functions_postgis";
    for sql in
        [format!("drop database if exists {name} with (force)"), format!("create database {name}")]
    {
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let (place, _) = server.rsplit_once('/').unwrap();
    let url = format!("{place}/{name}");
    let mut owner = PgConnection::connect(&url).await.unwrap();
    for sql in SETUP {
        owner.execute(*sql).await.unwrap();
    }
    let path = format!("alter database {name} set search_path = public, gis");
    owner.execute(AssertSqlSafe(path)).await.unwrap();
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
    for (sql, expected) in SHOWN {
        let frame = source.run(&statement(Dialect::Postgres, sql), &[]).await.unwrap();
        let shown = frame.columns()[0].values.exact(0);
        if shown.as_deref() != Some(*expected) {
            wrong.push(format!("{sql}\n  {shown:?}"));
        }
    }
    for (sql, function) in REFUSED {
        let statement = statement(Dialect::Postgres, sql);
        match refusal(&source, &statement).await {
            Some(why) if why.contains(function) => {}
            other => wrong.push(format!("{sql}\n  {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    drop((source, owner));
    let drop = format!("drop database if exists {name} with (force)");
    admin.execute(AssertSqlSafe(drop)).await.unwrap();
}

const STATEMENTS: &[&str] = &[
    "select st_area(area) as a, st_area(area::geography) as b, st_perimeter(area) as c from places",
    "select st_x(geom) as a, st_y(geom) as b, st_srid(geom) as c, st_npoints(area) as d from places",
    "select st_astext(geom) as a, st_asewkt(geom) as b, st_asgeojson(geom) as c, st_asgeojson(spot) as d from places",
    "select st_asgeojson(p.*) as a from places p",
    "select st_asgeojson(p) as a from (select geom, name from places) p",
    "select st_askml(geom) as a, st_asgml(geom) as b, st_assvg(area) as c, st_ashexewkb(geom) as d from places",
    "select st_geohash(geom, 5) as a, st_aslatlontext(geom) as b, st_asbinary(geom) as c from places",
    "select st_contains(area, geom) as a, st_within(geom, area) as b, st_intersects(area, geom) as c from places",
    "select st_covers(area, geom) as a, st_coveredby(geom, area) as b, st_touches(area, geom) as c from places",
    "select st_disjoint(area, geom) as a, st_overlaps(area, area) as b, st_crosses(way, area) as c,
       st_equals(geom, geom) as d from places where st_srid(way) = 4326",
    "select st_distance(geom, geom) as a, st_distance(spot, spot) as b, st_dwithin(spot, spot, 1000) as c,
       st_distancesphere(geom, geom) as d from places",
    "select st_length(way) as a, st_3dlength(way) as b, st_numpoints(way) as c, st_startpoint(way) as d from places",
    "select st_centroid(area) as a, st_pointonsurface(area) as b, st_envelope(area) as c, st_convexhull(area) as d from places",
    "select st_buffer(geom, 1) as a, st_buffer(spot, 10) as b, st_simplify(area, 0.1) as c, st_snaptogrid(geom, 0.1) as d from places",
    "select st_transform(geom, 3857) as a, st_setsrid(geom, 4326) as b, st_makeline(geom, geom) as c from places",
    "select st_union(area) as a, st_collect(geom) as b, st_extent(geom) as c, st_makeline(geom order by id) as d from places",
    "select st_intersection(area, area) as a, st_difference(area, area) as b, st_symdifference(area, area) as c from places",
    "select st_makepoint(1, 2) as a, st_point(1, 2) as b, st_point(1, 2, 4326) as c, st_makeenvelope(0, 0, 1, 1, 4326) as d",
    "select st_geomfromtext('POINT(1 2)', 4326) as a, st_geomfromgeojson('{\"type\":\"Point\",\"coordinates\":[1,2]}') as b,
       st_geogfromtext('POINT(1 2)') as c",
    "select st_isvalid(area) as a, st_isvalidreason(area) as b, st_makevalid(area) as c, st_isempty(geom) as d from places",
    "select st_geometrytype(geom) as a, geometrytype(geom) as b, st_dimension(area) as c, st_numgeometries(area) as d from places",
    "select (st_dump(area)).path as a, st_astext((st_dumppoints(area)).geom) as b from places",
    "select d.path as a, st_x(d.geom) as b from places, lateral st_dumppoints(area) d",
    "select st_exteriorring(area) as a, st_boundary(area) as b, st_reverse(way) as c, st_force2d(way) as d from places",
    "select st_xmin(area) as a, st_xmax(area) as b, st_ymin(area) as c, box2d(area) as d, st_azimuth(geom, geom) as e from places",
    "select st_hexagongrid(1, area) as a from places limit 3",
    "select h.i as a, h.geom as b from places, st_squaregrid(1, area) h limit 3",
    "select st_clusterdbscan(geom, 1, 1) over () as a, st_clusterkmeans(geom, 1) over () as b from places",
    "select st_asmvtgeom(geom, st_tileenvelope(0, 0, 0)) as a from places where false",
    "select st_asmvt(t) as a from (select name, geom from places) t",
    "select id as a from places where geom && st_makeenvelope(0, 0, 9, 9, 4326) order by geom <-> st_setsrid(st_makepoint(0, 0), 4326)",
    "select id as a from places where spot && 'SRID=4326;POINT(1 2)'::geography order by spot <-> 'SRID=4326;POINT(0 0)'::geography",
    "select area @ area as a, area ~ area as b, area ~= area as c, area << area as d, area |>> area as e, area <#> area as f,
       geom = geom as g from places",
    "select geom::geography as a, spot::geometry as b, geom::text as c, geom::jsonb as d, geom::bytea as e, geom::point as f from places",
    "select 'POINT(1 2)'::geometry as a, '0101000000000000000000F03F0000000000000040'::geometry as b, geom::box2d as c,
       area::box3d as d from places",
    "select name as a, count(*) as b from places group by name, geom order by geom",
    "select distinct geom as a from places",
    "select postgis_version() as a, postgis_lib_version() as b, postgis_full_version() as c",
    "select name as a, metres as b from nearby",
    "select f_table_name as a, type as b, srid as c from geometry_columns",
    "select f_table_name as a from geography_columns",
    "select srid as a, auth_name as b from spatial_ref_sys limit 1",
    "select st_frechetdistance(way, way) as a, st_hausdorffdistance(way, way) as b, st_linelocatepoint(way, geom) as c,
       st_lineinterpolatepoint(way, 0.5) as d from places where st_srid(way) = 4326",
    "select st_subdivide(area, 8) as a, st_voronoipolygons(area) as b, st_delaunaytriangles(area) as c from places",
    "select st_maximuminscribedcircle(area) as a, st_orientedenvelope(area) as b, st_concavehull(area, 0.9) as c from places",
    "select st_project(spot, 1000, 0.1) as a, st_segmentize(spot, 10) as b, st_closestpoint(area, geom) as c from places",
];

const SHOWN: &[(&str, &str)] = &[
    ("select geom as a from places", "POINT(1 2)"),
    ("select spot as a from places", "POINT(1 2)"),
    ("select area as a from places", "POLYGON((0 0,0 3,3 3,3 0,0 0))"),
    ("select way as a from places", "LINESTRING Z (0 0 1,1 1 2)"),
    ("select 'MULTIPOINT(1 2,3 4)'::geometry as a", "MULTIPOINT(1 2,3 4)"),
    (
        "select 'GEOMETRYCOLLECTION(POINT(1 2),MULTIPOLYGON(((0 0,0 1,1 1,0 0))))'::geometry as a",
        "GEOMETRYCOLLECTION(POINT(1 2),MULTIPOLYGON(((0 0,0 1,1 1,0 0))))",
    ),
    (
        "select 'COMPOUNDCURVE(CIRCULARSTRING(0 0,1 1,1 0),(1 0,0 1))'::geometry as a",
        "COMPOUNDCURVE(CIRCULARSTRING(0 0,1 1,1 0),(1 0,0 1))",
    ),
    ("select 'POINT ZM (1 2 3 4)'::geometry as a", "POINT ZM (1 2 3 4)"),
    ("select 'POLYGON EMPTY'::geometry as a", "POLYGON EMPTY"),
    ("select box2d(area) as a from places", "BOX(0 0,3 3)"),
];

const REFUSED: &[(&str, &str)] = &[
    ("select addgeometrycolumn('places', 'x', 4326, 'POINT', 2) as a", "addgeometrycolumn"),
    ("select dropgeometrytable('places') as a", "dropgeometrytable"),
    ("select updategeometrysrid('places', 'geom', 3857) as a", "updategeometrysrid"),
    ("select populate_geometry_columns() as a", "populate_geometry_columns"),
    // It reads the statistics of a table that only a text names.
    ("select st_estimatedextent('places', 'geom') as a", "st_estimatedextent"),
    ("select postgis_extensions_upgrade() as a", "postgis_extensions_upgrade"),
];
