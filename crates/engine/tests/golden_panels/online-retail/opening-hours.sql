select cast(substr(wall, 12, 2) as integer), (strftime('%w', wall) + 6) % 7 + 1, count(distinct invoice)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE')) and quantity > 0 and price > 0
group by 1, 2 order by 1, 2;
