-- What came to say that data have changed, and what was made of it: the latest, and not for long.
create table deliveries (
  id integer primary key,
  at bigint not null,          -- microseconds since the epoch
  door text not null,          -- 'webhook', 'none' (no webhook of that name), 'api'
  sender text not null,        -- the webhook's name, the token's or account's; '' where there is none
  status bigint not null,
  refused text,                -- why; null where it was done
  tags text not null,          -- the first ones, with blanks between them
  named bigint not null,
  invalidated bigint not null,
  is_test bigint not null
);
create index deliveries_by_time on deliveries (at);
