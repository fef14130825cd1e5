-- What each refresh of a rollup did, for administrators: the newest hundred of each.
create table rollup_runs (
  id integer primary key,
  source text not null,
  rollup text not null,
  started_at integer not null, -- microseconds since the epoch
  seconds real not null,
  since integer,               -- from when on rows were replaced; all of them where null
  written integer,             -- rows; null where it failed
  row_count integer,           -- of the whole table; null where it failed
  error text
);
create index rollup_runs_by_rollup on rollup_runs (source, rollup, id);
