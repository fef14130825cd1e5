-- Which files were loaded into which tables, and by how much their times were moved.
create table imports (
  id integer primary key,
  source text not null,
  table_name text not null,
  file text not null,
  rows integer not null,
  rejected integer not null,
  shift_weeks integer not null,
  started_at integer not null, -- microseconds since the epoch
  finished_at integer not null
);
create index imports_by_table on imports (source, table_name, id);
