with cohort as (
  select customer, $bucket(first_order_at, month) as month,
    $year(first_order_at) * 12 + $month(first_order_at) as first_month
  from customers
  where first_order_at >= :to - 366 * 86400 and first_order_at < :to and $optional(country in :two)
),
sizes as (select month, count(*) as size from cohort group by month),
seen as (
  select distinct c.customer, c.month,
    $year(i.invoiced_at) * 12 + $month(i.invoiced_at) - c.first_month as months_later
  from cohort c join invoices i on i.customer = c.customer
  where not i.cancelled and i.gross > 0 and i.invoiced_at < :to
)
select months_later, seen.month as month, 1.0 * count(*) / max(size) as share
from seen join sizes on sizes.month = seen.month
where months_later > 0
group by 1, 2 order by 2, 1
