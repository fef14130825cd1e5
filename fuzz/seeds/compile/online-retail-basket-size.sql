with baskets as (
  select invoice, count(*) as lines
  from invoice_lines
  where $range(invoiced_at) and quantity > 0 and price > 0
    and $optional(country in :two) and $optional(price_band in :one)
  group by invoice
)
select case when lines < 2 then '1' when lines < 5 then '2–4' when lines < 10 then '5–9'
            when lines < 20 then '10–19' when lines < 30 then '20–29' when lines < 50 then '30–49'
            when lines < 100 then '50–99' else '100+' end as lines_per_order,
  count(*) as orders
from baskets
group by 1 order by min(lines)
