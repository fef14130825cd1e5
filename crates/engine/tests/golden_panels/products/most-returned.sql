select (select description from products p where p.stock_code = lines.stock_code),
  -sum(case when cancelled = 1 then quantity end),
  case when -sum(case when cancelled = 1 then net end) < 0 then '-' else '' end || (abs(-sum(case when cancelled = 1 then net end)) / 1000) || printf('.%03d', abs(-sum(case when cancelled = 1 then net end)) % 1000),
  -1.0 * sum(case when cancelled = 1 then quantity end) / sum(case when quantity > 0 then quantity end)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country = 'EIRE')
group by stock_code having -sum(case when cancelled = 1 then quantity end) > 0
order by 2 desc limit 25;
