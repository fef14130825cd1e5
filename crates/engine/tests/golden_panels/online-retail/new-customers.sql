select count(*)
from customers
where first_order_at >= :first and first_order_at < :last
  and (:whole or country in ('France', 'EIRE'));
