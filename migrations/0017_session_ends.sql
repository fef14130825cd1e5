-- For sessions that are kept in Redis: what has ended, whatever Redis says. A number that is another than a
-- session was begun under has ended it, as have all changes that end the sessions of an account.
create table session_ends (
  account text not null primary key,
  number bigint not null
);
-- Sessions that were ended by themselves, by the hashes of their ids, until they would have ended anyway.
create table ended_sessions (
  hash text not null primary key,
  expires_at bigint not null
);
