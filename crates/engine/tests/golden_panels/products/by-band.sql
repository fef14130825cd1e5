select (select start from days where day = date(wall, 'start of month')) * 1000000, price_band, case when sum(net) < 0 then '-' else '' end || (abs(sum(net)) / 1000) || printf('.%03d', abs(sum(net)) % 1000)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country = 'EIRE')
group by date(wall, 'start of month'), price_band order by min(price), 1;
