-- Who did what: never changed, and deleted only when it is old.
create table audit (
  id bigint generated always as identity primary key,
  at bigint not null,      -- microseconds since the epoch
  actor text not null,     -- who: an account's name, a token's, "the command line"
  address text not null,   -- from where; '' where that is this machine
  action text not null,    -- such as 'setting changed'
  subject text not null,   -- of what
  before text,             -- without secrets; null where there was nothing
  after text               -- the same; null where there is nothing now
);
create index audit_by_time on audit (at);
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.at <= (extract(epoch from now())::bigint - 30 * 86400) * 1000000 then
      return old;
    end if;
    raise exception 'the audit log keeps 30 days at least';
  end if;
  raise exception 'the audit log is append-only';
end $$;
create trigger audit_keeps_what_it_says before update or delete on audit
  for each row execute function audit_is_append_only();
create trigger audit_is_not_emptied before truncate on audit
  for each statement execute function audit_is_append_only();
