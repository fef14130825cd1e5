select (select start from days where day = date(wall, 'weekday 0', '-6 days')) * 1000000, count(distinct case when first_order = 0 then customer end),
  count(distinct case when first_order = 1 then customer end)
from bills
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE')) and gross > 0 and customer is not null
group by date(wall, 'weekday 0', '-6 days') order by 1;
