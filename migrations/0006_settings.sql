-- What administrators have set in the app. It stands over the files at its level.
create table settings (
  scope text not null,         -- 'global', 'source:shop', 'dashboard:sales', 'panel:sales/revenue'
  key text not null,           -- such as 'cache.ttl'
  value text not null,         -- as it would be written in a file
  changed_by text not null,
  changed_at bigint not null,  -- microseconds since the epoch
  primary key (scope, key)
);
