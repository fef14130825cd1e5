-- Who may sign in, and what each may see. Hashes are hexadecimal, times microseconds since the epoch,
-- attributes as in addresses: tenant=acme&region=north.
create table accounts (
  id text not null primary key,
  name text not null unique,       -- to sign in with, in lower case
  full_name text not null,
  role text not null,              -- viewer, editor, admin
  is_disabled bigint not null,
  attributes text not null,
  password text,                   -- an argon2id hash in the PHC's form; null: none
  authenticator text,              -- the secret of the second factor; null: none
  authenticator_step bigint not null, -- the last step whose code was taken; -1 before the first
  created_at bigint not null,
  signed_in_at bigint
);
create table teams (
  name text not null primary key,
  attributes text not null
);
create table team_members (
  team text not null,
  account text not null,
  primary key (team, account)
);
create index team_members_by_account on team_members (account);
-- Codes for when the authenticator is lost; each is gone once it was taken.
create table recovery_codes (
  account text not null,
  hash text not null,
  primary key (account, hash)
);
-- One-time links: the first admin's, invitations, new passwords. Each is gone once it was taken.
create table links (
  hash text not null primary key,
  account text,                    -- null: makes the first admin
  expires_at bigint not null
);
create table sessions (
  hash text not null primary key,  -- of the id that the browser has
  account text not null,
  data text not null,
  agent text not null,             -- what the browser said that it was
  address text not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null
);
create index sessions_by_account on sessions (account);
create table tokens (
  id text not null primary key,
  hash text not null unique,
  account text not null,
  name text not null,
  scopes text not null,
  attributes text,                 -- null: those of its account
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint
);
create index tokens_by_account on tokens (account);
-- Wrong tries to sign in, by what they are counted for.
create table sign_in_failures (
  subject text not null primary key, -- a hash: nobody's name is kept because somebody typed it
  failures bigint not null,
  last_at bigint not null
);
create index sign_in_failures_by_time on sign_in_failures (last_at);
-- From where an account was signed in to.
create table known_addresses (
  account text not null,
  address text not null,
  seen_at bigint not null,
  primary key (account, address)
);
-- Counts every change of who may what, so that each process notices. Closed: there has been an admin.
create table access_state (
  id bigint not null primary key,
  version bigint not null,
  is_closed bigint not null
);
insert into access_state (id, version, is_closed) values (1, 0, 0);
