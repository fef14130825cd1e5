-- Who did what: never changed, and deleted only when it is old.
create table audit (
  id integer primary key,
  at bigint not null,      -- microseconds since the epoch
  actor text not null,     -- who: an account's name, a token's, "the command line"
  address text not null,   -- from where; '' where that is this machine
  action text not null,    -- such as 'setting changed'
  subject text not null,   -- of what
  before text,             -- without secrets; null where there was nothing
  after text               -- the same; null where there is nothing now
);
create index audit_by_time on audit (at);
create trigger audit_keeps_what_it_says before update on audit begin
  select raise(abort, 'the audit log is append-only');
end;
create trigger audit_keeps_what_is_young before delete on audit
  when old.at > (cast(strftime('%s', 'now') as integer) - 30 * 86400) * 1000000 begin
  select raise(abort, 'the audit log keeps 30 days at least');
end;
