with weekly as (
  select country, $bucket(invoiced_at, week) as week, sum(net) as net,
    count(distinct case when quantity > 0 and price > 0 then invoice end) as orders
  from invoice_lines
  where $range(invoiced_at) and $optional(country in :two) and $optional(price_band in :one)
  group by 1, 2 order by 1, 2
)
select country, sum(orders) as orders, group_concat(net / 1000) as trend, sum(net) as revenue
from weekly
group by country order by revenue desc
