select substr('SunMonTueWedThuFriSat', strftime('%w', wall) * 3 + 1, 3),
  count(case when substr(wall, 12, 2) < '12' then 1 end), count(case when substr(wall, 12, 2) >= '12' then 1 end)
from bills
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country = 'EIRE') and cancelled = 0
group by 1 order by (strftime('%w', wall) + 6) % 7;
