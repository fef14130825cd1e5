select count(distinct stock_code) as products
from invoice_lines
where $range(invoiced_at) and not cancelled and $optional(country = :one)
