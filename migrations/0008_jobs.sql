-- What is due when, and which process does it.
create table jobs (
  kind text not null,      -- which part of Brisk does it: 'warming'
  name text not null,      -- what: a schedule's name
  due_at bigint not null,  -- microseconds since the epoch, as all times here
  claimed_by text,
  claimed_until bigint,    -- from then on its process counts as dead
  done_at bigint,
  primary key (kind, name, due_at)
);
create index jobs_by_time on jobs (kind, due_at);
