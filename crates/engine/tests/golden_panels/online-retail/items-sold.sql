select sum(quantity)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE')) and quantity > 0;
