with cohort as (
  select customer, date(wall, 'start of month') as month from buyers
  where first_order_at >= :last - 366 * 86400 and first_order_at < :last
    and (:whole or country in ('France', 'EIRE'))
),
again as (
  select distinct c.customer, c.month,
    (substr(b.wall, 1, 4) - substr(c.month, 1, 4)) * 12 + substr(b.wall, 6, 2) - substr(c.month, 6, 2) as later
  from cohort c join bills b on b.customer = c.customer
  where b.cancelled = 0 and b.gross > 0 and b.invoiced_at < :last
)
select later, (select start from days where day = month) * 1000000,
  1.0 * count(*) / (select count(*) from cohort c where c.month = again.month)
from again where later > 0
group by later, month order by 2, 1;
