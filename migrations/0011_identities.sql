-- Who an account's owner is elsewhere: issuer and subject together, never a name or an e-mail address.
create table identities (
  issuer text not null,            -- the provider's address; "proxy": whom a trusted proxy names
  subject text not null,
  account text not null,
  created_at bigint not null,
  primary key (issuer, subject)
);
create index identities_by_account on identities (account);
-- Sign-ins that came back from a provider, by the hashes of their states: each is taken once.
create table finished_sign_ins (
  hash text not null primary key,
  expires_at bigint not null
);
