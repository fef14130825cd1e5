select (select start from days where day = date(wall)) * 1000000, count(*)
from buyers
where first_order_at >= :first and first_order_at < :last
  and (:whole or country in ('France', 'EIRE'))
group by date(wall) order by 1;
