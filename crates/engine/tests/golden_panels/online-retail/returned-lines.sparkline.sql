select (select start from days where day = date(wall)) * 1000000, 1.0 * count(case when cancelled = 1 then 1 end) / count(*)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE'))
group by date(wall) order by 1;
