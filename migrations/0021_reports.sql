-- Reports that are made in the app; those of files are in the folder of dashboards. Times are microseconds
-- since the epoch.
create table reports (
  name text not null primary key,
  definition text not null,     -- as a file would have it
  changed_by text not null,
  changed_at bigint not null
);
-- Reports that are paused in the app, also those of files.
create table report_pauses (
  report text not null primary key,
  changed_by text not null,
  changed_at bigint not null
);
-- How far each report is, for each timing that it has had: while replicas are replaced one by one, files
-- may differ.
create table report_progress (
  report text not null,
  timing text not null,         -- in words that identify it
  planned_to bigint not null,   -- moments up to here have been planned, or are none of this timing's
  last_moment bigint,           -- of the last due time that was planned; null before the first
  followed_at bigint not null,  -- when a server had this timing, to the minute
  primary key (report, timing)
);
-- When the data that reports wait for have landed: the first time in each minute.
create table landings (
  tag text not null,            -- as tags are compared
  minute bigint not null,       -- since the epoch
  landed_at bigint not null,
  primary key (tag, minute)
);
-- What became of each due time.
create table report_runs (
  report text not null,
  due_at bigint not null,       -- identifies it; when somebody asked for it, that moment
  moment bigint not null,       -- when its time had come
  cause text not null,          -- 'time', 'landed', 'latest', 'asked'
  missing text not null,        -- tags that had not landed, with blanks between them
  asked_by text,                -- who asked for it, where somebody did
  missed bigint not null,       -- due times before it at which no server ran
  is_late bigint not null,
  planned_at bigint not null,
  started_at bigint,            -- null: it waits
  ended_at bigint,              -- null: it runs, or its process died
  outcome text,                 -- 'done', 'not needed', 'failed'; null until it has ended
  note text not null,           -- what else there is to say, or ''
  left_out text not null,       -- who does not receive it and why, a line each
  primary key (report, due_at)
);
create index report_runs_by_time on report_runs (due_at);
-- What was sent to whom: recorded before it is sent, so that it is sent once.
create table report_sendings (
  report text not null,
  due_at bigint not null,
  recipient text not null,      -- 'account:ID', 'mail:ADDRESS', 'channel:NAME'
  state text not null,          -- 'claimed', 'sent', 'refused', 'not sent', 'unknown'
  on_lost text not null,        -- what holds where the answer is lost: 'at_most_once', 'at_least_once'
  attempts bigint not null,
  claimed_by text not null,
  claimed_at bigint not null,
  claimed_until bigint not null, -- from then on its process counts as dead, and nobody knows what it did
  ended_at bigint,
  retry_at bigint,              -- not before; null: at once, where it is repeated at all
  words text not null,          -- of the server that took or refused it
  message_id text not null,     -- the same for all attempts
  primary key (report, due_at, recipient)
);
create index report_sendings_by_state on report_sendings (state, claimed_until);
create index report_sendings_by_time on report_sendings (due_at);
-- The figures that conditions compared, by whom they are for: what the next one has crossed.
create table report_figures (
  report text not null,
  recipient text not null,
  due_at bigint not null,
  figure text not null,         -- a decimal, digit for digit
  primary key (report, recipient, due_at)
);
-- Links by which recipients unsubscribe; a message has its own.
create table unsubscribe_links (
  hash text not null primary key,
  report text not null,
  recipient text not null,
  created_at bigint not null
);
create index unsubscribe_links_by_time on unsubscribe_links (created_at);
-- Who wants no more of a report.
create table unsubscribes (
  report text not null,
  recipient text not null,
  at bigint not null,
  primary key (report, recipient)
);
-- The addresses of mail that admins have set; an account without one has its name, if that is an address.
create table mail_addresses (
  account text not null primary key,
  address text not null
);
