-- The webhooks of the configuration that an administrator has switched off: over the file, for all replicas.
create table webhook_switches (
  name text primary key,
  changed_by text not null,
  changed_at bigint not null   -- microseconds since the epoch
);
