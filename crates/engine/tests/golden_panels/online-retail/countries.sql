select country, case when sum(net) < 0 then '-' else '' end || (abs(sum(net)) / 1000) || printf('.%03d', abs(sum(net)) % 1000)
from lines
where invoiced_at >= :first and invoiced_at < :last
group by country order by sum(net) desc limit 10;
