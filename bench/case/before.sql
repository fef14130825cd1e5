-- What each endpoint of the program "before" runs. What is named "panel / column" it runs again for each row that the
-- panel's statement has returned, and `:row.x` is that row's x.

-- revenue
select sum(quantity * price) as revenue
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[]));

-- orders
select count(distinct invoice) as orders
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0 and price > 0;

-- customers
select count(distinct customer) as customers
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0 and price > 0;

-- items
select sum(quantity) as items
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0;

-- average
select round(sum(quantity * price) / nullif(count(distinct invoice), 0), 2) as average
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0 and price > 0;

-- returned
select round(1.0 * count(*) filter (where invoice like 'C%') / nullif(count(*), 0), 6) as returned
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[]));

-- lines
select count(*) as lines
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[]));

-- countries-served
select count(distinct country) as countries
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[]));

-- revenue-by-day
select date_trunc('day', invoiced_at, 'Europe/London') as day, sum(quantity * price) as revenue
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[]))
group by 1 order by 1;

-- orders-by-day
select date_trunc('day', invoiced_at, 'Europe/London') as day, count(distinct invoice) as orders
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0 and price > 0
group by 1 order by 1;

-- customers-by-day
select date_trunc('day', invoiced_at, 'Europe/London') as day, count(distinct customer) as customers
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0 and price > 0
group by 1 order by 1;

-- items-by-day
select date_trunc('day', invoiced_at, 'Europe/London') as day, sum(quantity) as items
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0
group by 1 order by 1;

-- average-by-day
select date_trunc('day', invoiced_at, 'Europe/London') as day, round(sum(quantity * price) / nullif(count(distinct invoice), 0), 2) as average
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0 and price > 0
group by 1 order by 1;

-- returns-by-day
select date_trunc('day', invoiced_at, 'Europe/London') as day, sum(quantity * price) as returned
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity < 0
group by 1 order by 1;

-- price-bands
select case when price < 1 then 'Under £1' when price < 2 then '£1 to £2' when price < 5 then '£2 to £5'
    when price < 10 then '£5 to £10' else '£10 and over' end as band,
  sum(quantity * price) as revenue
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[]))
group by 1 order by min(price);

-- countries
select country, sum(quantity * price) as revenue
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[]))
group by 1 order by 2 desc, 1 limit 10;

-- countries / orders
select count(distinct invoice) as orders
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0 and price > 0 and country = :row.country;

-- products
select stock_code, sum(quantity) as sold, sum(quantity * price) as revenue
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and stock_code in (select stock_code from products)
group by 1 order by 3 desc, 1 limit 20;

-- products / product
select description as product from products where stock_code = :row.stock_code;

-- products / returned
select round(1.0 * count(*) filter (where quantity < 0) / nullif(count(*), 0), 6) as returned
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and stock_code = :row.stock_code;

-- best-customers
select customer::text as customer, sum(quantity * price) as revenue
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and customer is not null
group by invoice_lines.customer order by 2 desc, invoice_lines.customer limit 20;

-- best-customers / first_order_at
select first_order_at from customers where customer = :row.customer::text::int;

-- best-customers / orders
select count(distinct invoice) as orders
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0 and price > 0 and customer = :row.customer::text::int;

-- basket-size
with baskets as (
  select invoice, count(*) as lines
  from invoice_lines
  where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0 and price > 0
  group by invoice
)
select case when lines < 2 then '1' when lines < 5 then '2–4' when lines < 10 then '5–9'
    when lines < 20 then '10–19' when lines < 30 then '20–29' when lines < 50 then '30–49'
    when lines < 100 then '50–99' else '100+' end as lines_per_order, count(*) as orders
from baskets
group by 1 order by min(lines);

-- opening-hours
select extract(hour from invoiced_at at time zone 'Europe/London')::int as hour,
  extract(isodow from invoiced_at at time zone 'Europe/London')::int as weekday,
  count(distinct invoice) as orders
from invoice_lines
where invoiced_at >= to_timestamp(:from) and invoiced_at < to_timestamp(:to)
  and (:countries::text[] is null or country = any(:countries::text[])) and quantity > 0 and price > 0
group by 1, 2 order by 1, 2;
