select (select start from days where day = date(wall, 'weekday 0', '-6 days')) * 1000000, count(distinct invoice)
from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE')) and cancelled = 1
group by date(wall, 'weekday 0', '-6 days') order by 1;
