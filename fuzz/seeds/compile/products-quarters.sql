select case $weekday(invoiced_at) when 1 then 'Mon' when 2 then 'Tue' when 3 then 'Wed'
         when 4 then 'Thu' when 5 then 'Fri' when 6 then 'Sat' else 'Sun' end as weekday,
  count(*) filter (where $hour(invoiced_at) < 12) as morning,
  count(*) filter (where $hour(invoiced_at) >= 12) as afternoon
from invoices
where $range(invoiced_at) and not cancelled and $optional(country = :one)
group by $weekday(invoiced_at) order by $weekday(invoiced_at)
