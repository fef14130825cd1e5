select count(distinct stock_code)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country = 'EIRE') and cancelled = 0;
