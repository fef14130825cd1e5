select 1.0 * count(case when n > 1 then 1 end) / count(*)
from (select count(*) as n from invoices
where invoiced_at >= :first and invoiced_at < :last
  and (:whole or country = 'EIRE') and cancelled = 0 and customer is not null
group by customer);
