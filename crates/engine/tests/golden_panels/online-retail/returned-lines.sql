select 1.0 * count(case when cancelled = 1 then 1 end) / count(*)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE'));
