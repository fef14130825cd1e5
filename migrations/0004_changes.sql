-- How often what people decide has changed, by topic. It is raised in the transaction of each change,
-- so that replicas notice by reading a few rows.
create table changes (
  topic text not null primary key,
  version bigint not null
);
