-- What each refresh of a rollup did, for administrators: the newest hundred of each.
create table rollup_runs (
  id bigint generated always as identity primary key,
  source text not null,
  rollup text not null,
  started_at bigint not null,  -- microseconds since the epoch
  seconds double precision not null,
  since bigint,                -- from when on rows were replaced; all of them where null
  written bigint,              -- rows; null where it failed
  row_count bigint,            -- of the whole table; null where it failed
  error text
);
create index rollup_runs_by_rollup on rollup_runs (source, rollup, id);
