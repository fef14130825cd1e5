select $bucket(invoiced_at) as week, count(distinct invoice) as cancellations
from invoice_lines
where $range(invoiced_at) and cancelled
  and $optional(country in :two) and $optional(price_band in :one)
group by 1 order by 1
