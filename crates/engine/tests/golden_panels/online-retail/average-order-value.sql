select sum(net) / 1000.0 / count(distinct invoice)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE')) and quantity > 0 and price > 0;
