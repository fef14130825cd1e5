-- The keys that sign addresses of images.
create table image_keys (
  id text primary key,         -- stands in the addresses
  name text not null,
  secret text not null,        -- encrypted
  shows text not null,         -- dashboards and panels: sales stock/fill
  attributes text,             -- what statements get as :user.…; null for none
  made_by text,                -- the account that has to look after the dashboards; null where there was none
  made_at bigint not null,
  expires_at bigint            -- null where it does not
);
