select case when n = 1 then '1' when n between 2 and 4 then '2–4' when n between 5 and 9 then '5–9'
    when n between 10 and 19 then '10–19' when n between 20 and 29 then '20–29'
    when n between 30 and 49 then '30–49' when n between 50 and 99 then '50–99' else '100+' end, count(*)
from (select count(*) as n from lines
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country in ('France', 'EIRE')) and quantity > 0 and price > 0
group by invoice)
group by 1 order by min(n);
