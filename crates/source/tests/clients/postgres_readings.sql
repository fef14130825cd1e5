set search_path = matrix_clients;
copy (
  select date_trunc(:'bucket', wall) at time zone :'zone' as start, count(*), sum(id)
  from (select id, at at time zone :'zone' as wall from matrix_instants) walls
  where wall >= timestamp '2011-01-15' and wall < timestamp '2011-12-15'
  group by 1 order by 1
) to stdout;
