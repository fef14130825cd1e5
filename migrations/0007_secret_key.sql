-- Which key secrets in this database are encrypted under: not the key, but a text that only it opens.
create table secret_key (
  name text not null primary key,
  key_id text not null,
  check_value text not null
);
