with weekly as (
  select country, date(wall, 'weekday 0', '-6 days') as week, sum(net) as net,
    count(distinct case when quantity > 0 and price > 0 then invoice end) as orders
  from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE'))
  group by country, week order by country, week
)
select country, sum(orders), group_concat((select start from days where day = week) || ':' || (net / 1000)), case when sum(net) < 0 then '-' else '' end || (abs(sum(net)) / 1000) || printf('.%03d', abs(sum(net)) % 1000)
from weekly group by country order by sum(net) desc;
