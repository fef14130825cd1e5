select 1.0 * sum(net) / sum(quantity) / 1000, sum(quantity),
  (select description from products p where p.stock_code = lines.stock_code)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country = 'EIRE') and quantity > 0 and price between 1 and 20000
group by stock_code order by sum(net) desc limit 300;
