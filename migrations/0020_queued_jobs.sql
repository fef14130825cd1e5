-- What runs in the background: each job is done by one process at a time, which renews a lease on it.
create table queued_jobs (
  id integer primary key autoincrement,  -- never given twice: it is part of links
  kind text not null,            -- which part of Brisk does it: 'export'
  subject text not null,         -- what it is about: a dashboard, a report
  input text not null,           -- for whoever does it, as JSON
  unique_key text,               -- there is one job of a kind with it; null: there may be any number
  asked_by text not null,        -- whoever asked for it; '' is Brisk itself
  asked_at bigint not null,      -- microseconds since the epoch, as all times here
  state text not null,           -- 'waiting', 'running', 'done', 'failed', 'cancelled'
  run_after bigint not null,
  attempt bigint not null,       -- how often it has begun; only ever rises
  failures bigint not null,      -- how many attempts have failed since somebody last asked for it
  most_attempts bigint not null, -- after so many failures it is dead: 'failed'
  claimed_by text,
  claimed_until bigint,          -- from then on its process counts as dead
  started_at bigint,             -- the latest attempt
  ended_at bigint,
  progress_done bigint not null,
  progress_total bigint not null, -- 0: unknown
  outcome text not null,         -- what came of the latest attempt that ended, or why it failed
  result_bytes bigint not null
);
create unique index queued_jobs_by_key on queued_jobs (kind, unique_key);
create index queued_jobs_by_time on queued_jobs (state, run_after);
-- What jobs have made to be fetched, until it expires.
create table job_results (
  job_id bigint not null primary key,
  attempt bigint not null,       -- the attempt that made it
  name text not null,            -- a file's name
  media_type text not null,
  bytes bigint not null,
  parts bigint not null,
  expires_at bigint not null
);
-- The contents, in parts that fit into memory; while a job runs, also of what is not finished.
create table job_result_parts (
  job_id bigint not null,
  attempt bigint not null,
  part bigint not null,          -- from 0 on
  bytes bigint not null,
  contents blob not null,
  primary key (job_id, attempt, part)
);
