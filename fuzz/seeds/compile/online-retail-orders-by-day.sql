select $bucket(invoiced_at) as day, count(distinct invoice) as orders
from invoice_lines
where $range(invoiced_at) and quantity > 0 and price > 0
  and $optional(country in :two) and $optional(price_band in :one)
group by 1 order by 1
