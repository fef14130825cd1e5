select 'No. ' || customer as customer, count(distinct invoice) as orders, sum(net) as revenue
from invoice_lines
where $range(invoiced_at) and customer is not null
  and $optional(country in :two) and $optional(price_band in :one)
group by 1 order by revenue desc limit 10
