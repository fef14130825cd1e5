-- Which files were loaded into which tables, and by how much their times were moved.
create table imports (
  id bigint generated always as identity primary key,
  source text not null,
  table_name text not null,
  file text not null,
  rows bigint not null,
  rejected bigint not null,
  shift_weeks bigint not null,
  started_at bigint not null, -- microseconds since the epoch
  finished_at bigint not null
);
create index imports_by_table on imports (source, table_name, id);
