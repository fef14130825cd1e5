select (cast(strftime('%s', wall, 'start of month') as integer) - 19800) * 1000000, count(*), sum(id)
from (select id, datetime(at, 'unixepoch', '+330 minutes') as wall from matrix_instants)
where wall >= '2011-01-15 00:00:00' and wall < '2011-12-15 00:00:00'
group by 1 order by 1;
