select count(distinct customer) as customers
from invoice_lines
where $range(invoiced_at) and quantity > 0 and price > 0
  and $optional(country in :two) and $optional(price_band in :one)
