-- The webhooks that administrators have made in the app.
create table webhooks (
  name text primary key,
  secret text not null,        -- encrypted
  previous text,               -- the secret before, encrypted, while one replaces the other
  previous_until bigint,       -- how long that is taken, in microseconds since the epoch
  allow text,                  -- patterns of tags, on a line each; null where all are
  per_minute bigint not null,  -- deliveries
  source text,                 -- what a dbt run writes to; null where that is not said
  is_off bigint not null,
  created_by text not null,
  created_at bigint not null,
  changed_at bigint not null
);
-- What watched queries returned last.
create table watched_values (
  source text not null,
  name text not null,
  hash text,                   -- of the result; null before the first one
  shown text not null,         -- the beginning of it
  checked_at bigint,
  changed_at bigint,
  error text,                  -- why the latest look told nothing; null if it did
  failing_since bigint,
  primary key (source, name)
);
