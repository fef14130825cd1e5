-- London's clock by hand: an hour ahead from 2010-03-28 01:00 UTC to 2010-10-31 01:00 UTC, and from
-- 2011-03-27 01:00 UTC to 2011-10-30 01:00 UTC. Days of a change start before it.
create temp table days (day text primary key, start integer);
insert into days
with recursive d(day) as (
  select '2009-11-01' union all select date(day, '+1 day') from d where day < '2012-02-01'
)
select day, strftime('%s', day) - case when day > '2010-03-28' and day <= '2010-10-31'
  or day > '2011-03-27' and day <= '2011-10-30' then 3600 else 0 end
from d;
create temp view lines as
select *, datetime(invoiced_at + case
  when invoiced_at >= 1269738000 and invoiced_at < 1288486800
    or invoiced_at >= 1301187600 and invoiced_at < 1319936400 then 3600 else 0 end, 'unixepoch') as wall
from invoice_lines;
create temp view bills as
select *, datetime(invoiced_at + case
  when invoiced_at >= 1269738000 and invoiced_at < 1288486800
    or invoiced_at >= 1301187600 and invoiced_at < 1319936400 then 3600 else 0 end, 'unixepoch') as wall
from invoices;
create temp view buyers as
select *, datetime(first_order_at + case
  when first_order_at >= 1269738000 and first_order_at < 1288486800
    or first_order_at >= 1301187600 and first_order_at < 1319936400 then 3600 else 0 end, 'unixepoch') as wall
from customers;
