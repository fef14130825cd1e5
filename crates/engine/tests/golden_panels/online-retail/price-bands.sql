select price_band, case when sum(net) < 0 then '-' else '' end || (abs(sum(net)) / 1000) || printf('.%03d', abs(sum(net)) % 1000)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE'))
group by price_band order by max(price);
