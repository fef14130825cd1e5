select avg(cancelled) as returned
from invoice_lines
where $range(invoiced_at) and $optional(country in :two) and $optional(price_band in :one)
