-- What is warmed when. Times are microseconds since the epoch.
create table schedules (
  name text not null primary key,
  warms text not null,          -- a tag: 'all', 'source:shop', 'dashboard:sales', 'panel:sales/revenue'
  expression text not null,     -- as in a crontab
  zone text not null,           -- on whose clock
  is_on bigint not null,
  planned_to bigint not null,   -- due times up to here have been planned, or count as missed
  changed_by text not null,
  changed_at bigint not null
);
-- What became of each due time, the newest of each schedule.
create table schedule_runs (
  name text not null,
  due_at bigint not null,
  missed bigint not null,       -- due times before it at which no server ran
  started_at bigint,            -- null: it waits
  ended_at bigint,              -- null: it runs, or its process died
  views bigint not null,
  loaded bigint not null,       -- frames
  ready bigint not null,        -- frames that were there
  failed bigint not null,       -- frames
  note text not null,           -- what else there is to say, or ''
  primary key (name, due_at)
);
-- The databases that were added in the app.
create table sources (
  name text not null primary key,
  url text not null,            -- sealed
  shown text not null,          -- what may be shown of it: 'PostgreSQL on db.example.com'
  connections bigint not null,  -- at most
  seconds bigint not null,      -- that a statement may take
  row_limit bigint not null,    -- that a statement may give
  wall_clock text not null,     -- of columns without a zone; '' where nothing is said
  revision text not null,       -- another one with each change: what was read before is another's
  changed_by text not null,
  changed_at bigint not null
);
