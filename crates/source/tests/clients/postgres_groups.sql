set search_path = matrix_clients;
copy (
  select date_trunc(:'bucket', i.at, :'zone') as start, count(*), count(v.big), sum(i.id),
    min(v.words collate "C"), max(v.d), sum(v.dec)
  from matrix_instants i join matrix_values v on v.n = i.id % 11
  where i.at >= timestamp '2011-01-15' at time zone :'zone'
    and i.at < timestamp '2011-12-15' at time zone :'zone'
  group by 1 order by 1
) to stdout;
