select count(distinct customer)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE')) and quantity > 0 and price > 0;
