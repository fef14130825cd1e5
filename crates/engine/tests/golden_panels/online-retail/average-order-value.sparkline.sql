select (select start from days where day = date(wall)) * 1000000, sum(net) / 1000.0 / count(distinct invoice)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE')) and quantity > 0 and price > 0
group by date(wall) order by 1;
