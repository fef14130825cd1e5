-- The functions that a statement may call, as its names tell (compile/names.rs): by their names, as
-- fields, through operators, casts and views. Without those of the server itself that only read.
--
-- $1-$4: calls: schemas ('' for none), names, counts of arguments (null if unknown), places
-- $5, $6: fields: names, places; $15 whether they are of a row
-- $7-$9: operators: schemas ('*' for any), names, places
-- $10-$12: what may be a view: schemas, names, places
-- $13: what may be a type: names
-- $14: patterns of functions of the server that are refused all the same
-- $16: whether Brisk has written casts of its own into the statement
-- $17: what may be the type of a cast: names
with recursive
  path(nsp) as (
    select n.oid from pg_catalog.pg_namespace n
    where n.nspname = any (pg_catalog.current_schemas(true))
  ),
  relation(oid, at) as (
    select c.oid, w.at
    from unnest($10::text[], $11::text[], $12::int8[]) w(nsp, name, at)
    join pg_catalog.pg_class c on c.relname = w.name::name
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = w.nsp or w.nsp = '' and n.oid in (select nsp from path)
    union
    -- What a view reads.
    select inner_relation.oid, r.at
    from relation r
    join pg_catalog.pg_class c on c.oid = r.oid and c.relkind = 'v'
    join pg_catalog.pg_rewrite w on w.ev_class = r.oid and w.ev_type = '1'
    cross join lateral (
      select (pg_catalog.regexp_matches(w.ev_action::text, ':relid (\d+)', 'g'))[1]::oid
    ) inner_relation(oid)
  ),
  named(oid, at, is_field) as (
    select p.oid, c.at, false
    from unnest($1::text[], $2::text[], $3::int4[], $4::int8[]) c(nsp, name, args, at)
    join pg_catalog.pg_proc p on p.proname = c.name::name
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where (n.nspname = c.nsp or c.nsp = '' and n.oid in (select nsp from path))
      -- An aggregate's arguments may stand elsewhere: within group (order by x).
      and (c.args is null or p.prokind = 'a'
           or c.args >= p.pronargs - p.pronargdefaults - (p.provariadic <> 0)::int
              and (c.args <= p.pronargs or p.provariadic <> 0))
    union
    select p.oid, f.at, true
    from unnest($5::text[], $6::int8[], $15::bool[]) f(name, at, is_of_row)
    join pg_catalog.pg_proc p on p.proname = f.name::name
    join pg_catalog.pg_type t on t.oid = p.proargtypes[0]
    where p.pronamespace in (select nsp from path)
      and p.pronargs >= 1 and p.pronargs - p.pronargdefaults <= 1
      -- `o.status` calls status(o), and never status(int).
      and (not f.is_of_row or t.typtype in ('c', 'd', 'p'))
  ),
  -- Types that a cast may lead to because the statement names them.
  named_type(oid) as (
    select t.oid
    from (
      select name from unnest($17::text[]) w(name)
      union all
      select own.name
      from unnest(array['integer', 'bigint', 'double', 'text', 'timestamp']) own(name)
      where $16::bool
    ) w(name)
    left join (values
      ('int', 'int4'), ('integer', 'int4'), ('smallint', 'int2'), ('bigint', 'int8'),
      ('decimal', 'numeric'), ('dec', 'numeric'), ('real', 'float4'), ('float', 'float4'),
      ('float', 'float8'), ('double', 'float8'), ('boolean', 'bool'), ('char', 'bpchar'),
      ('character', 'bpchar'), ('character', 'varchar'), ('nchar', 'bpchar'), ('national', 'bpchar'),
      ('national', 'varchar'), ('bit', 'varbit'), ('timestamp', 'timestamptz'), ('time', 'timetz')
    ) alias(name, means) on alias.name = w.name
    join pg_catalog.pg_type t on t.typname in (w.name::name, alias.means::name)
    union
    -- What is cast to a domain is cast to its type first; of a list and of a row, each part is.
    select more.oid
    from named_type n
    join pg_catalog.pg_type t on t.oid = n.oid
    cross join lateral (
      select t.typbasetype
      union all select t.typelem
      union all select a.atttypid from pg_catalog.pg_attribute a
        where t.typrelid <> 0 and a.attrelid = t.typrelid and a.attnum > 0
    ) more(oid)
    where more.oid <> 0
  ),
  -- Types that are not the server's own, of which the statement may have a value.
  type(oid) as (
    select first_type.oid from (
      select t.oid from unnest($13::text[]) w(name)
      join pg_catalog.pg_type t on t.typname = w.name::name
      union
      select a.atttypid from relation r
      -- The offset keeps the planner from reading all columns that there are.
      cross join lateral (
        select c.atttypid from pg_catalog.pg_attribute c
        where c.attrelid = r.oid and c.attnum > 0 offset 0
      ) a(atttypid)
      union
      select c.reltype from relation r join pg_catalog.pg_class c on c.oid = r.oid
      union
      select result.oid from named n
      join pg_catalog.pg_proc p on p.oid = n.oid
      cross join lateral unnest(p.prorettype || coalesce(p.proallargtypes, '{}'::oid[])) result(oid)
      where p.oid >= 16384
    ) first_type(oid)
    where first_type.oid >= 16384
    union
    select more.oid
    from type y
    join pg_catalog.pg_type t on t.oid = y.oid
    cross join lateral (
      select t.typelem
      union all select t.typbasetype
      union all select g.rngsubtype from pg_catalog.pg_range g where g.rngtypid = t.oid
      union all select a.atttypid from pg_catalog.pg_attribute a
        where t.typrelid <> 0 and a.attrelid = t.typrelid and a.attnum > 0
    ) more(oid)
    where more.oid >= 16384
  ),
  reached(oid, at, how, through) as (
    select n.oid, n.at, 'call', null::oid
    from named n
    join pg_catalog.pg_proc p on p.oid = n.oid
    -- A variant for a type of which there is no value is not chosen where there is another one.
    where p.oid < 16384
      or not exists (
        select from unnest(p.proargtypes::oid[]) a(oid)
        where a.oid >= 16384 and a.oid not in (select oid from type))
      or not n.is_field and not exists (
        select from named other join pg_catalog.pg_proc q on q.oid = other.oid
        where q.proname = p.proname and q.oid < 16384)
    union
    select o.oprcode, s.at, 'operator', null::oid
    from unnest($7::text[], $8::text[], $9::int8[]) s(nsp, name, at)
    join pg_catalog.pg_operator o on o.oprname = s.name::name
    where o.oid >= 16384
      and (s.nsp = '*' or o.oprnamespace in (select nsp from path))
      and (o.oprleft < 16384 and o.oprright < 16384
        or o.oprleft in (select oid from type) or o.oprright in (select oid from type)
        or not exists (
          select from pg_catalog.pg_operator q where q.oprname = o.oprname and q.oid < 16384))
    union
    select k.castfunc, 0, 'cast', null::oid
    from pg_catalog.pg_cast k
    where k.castfunc <> 0 and k.oid >= 16384
      -- Only implicit ones are found without being asked for; and those that assign, where a statement
      -- has conditions, limits, subscripts and the like.
      and (k.castcontext = 'i' or k.casttarget in (select oid from named_type)
        or k.castcontext = 'a' and k.casttarget in (
          'bool'::regtype, 'int4'::regtype, 'int8'::regtype, 'float4'::regtype, 'float8'::regtype,
          'text'::regtype, 'xml'::regtype))
      and (k.castsource < 16384 and k.casttarget < 16384
        or k.castsource in (select oid from type) or k.casttarget in (select oid from type))
    union
    select called.oid, r.at, called.how, r.oid
    from relation r
    join pg_catalog.pg_class c on c.oid = r.oid and c.relkind = 'v'
    join pg_catalog.pg_rewrite w on w.ev_class = r.oid and w.ev_type = '1'
    cross join lateral (
      select (pg_catalog.regexp_matches(
        w.ev_action::text, ':(?:funcid|aggfnoid|winfnoid|tsmhandler) (\d+)', 'g'))[1]::oid, 'call'
      union all
      select o.oprcode::oid, 'operator'
      from (select (pg_catalog.regexp_matches(w.ev_action::text, ':opno (\d+)', 'g'))[1]::oid) s(oid)
      join pg_catalog.pg_operator o on o.oid = s.oid
    ) called(oid, how)
  )
select distinct
  r.at::int8, r.how::text, n.nspname::text, p.proname::text, p.provolatile::text,
  p.oid < 16384 and n.nspname in ('pg_catalog', 'information_schema') as is_own,
  e.extname::text,
  -- An aggregate is as good as the functions that it is made of.
  exists (
    select from pg_catalog.pg_aggregate a
    cross join lateral unnest(array[
      a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
      a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]::oid[]) part(oid)
    where a.aggfnoid = p.oid and part.oid >= 16384 and not exists (
      select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = part.oid
        and d.deptype = 'e' and d.refobjid = e.oid)) as has_foreign_parts,
  vn.nspname::text, v.relname::text, l.lanname = 'internal' and p.prokind <> 'a',
  p.oid::int8,
  exists (
    select from pg_catalog.pg_proc q
    where q.proname = p.proname and q.oid < 16384 and q.pronamespace = 'pg_catalog'::regnamespace
  ) as has_namesake
from reached r
join pg_catalog.pg_proc p on p.oid = r.oid
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid
  and d.refclassid = 'pg_catalog.pg_extension'::regclass and d.deptype = 'e'
left join pg_catalog.pg_extension e on e.oid = d.refobjid
left join pg_catalog.pg_class v on v.oid = r.through
left join pg_catalog.pg_namespace vn on vn.oid = v.relnamespace
where not (p.oid < 16384 and n.nspname in ('pg_catalog', 'information_schema')
  and p.provolatile <> 'v' and not p.proname::text like any ($14::text[]))
order by 1, 2, 3, 4
