-- The questions of dashboard.toml as a careful person writes them, in a session that stands in
-- America/New_York. `AT` is the column. Each statement scans the table once.

-- revenue
with weeks as (
  select case when AT >= '2024-01-01' then date_trunc('week', AT) end as week, sum(fare) as figure
  from flights where AT >= '2023-07-01' and AT < '2024-07-01' group by 1)
select sum(figure) filter (where week is not null), sum(figure) filter (where week is null),
  array_agg(figure order by week) filter (where week is not null) from weeks;

-- flights
with weeks as (
  select case when AT >= '2024-01-01' then date_trunc('week', AT) end as week, count(*) as figure
  from flights where AT >= '2023-07-01' and AT < '2024-07-01' group by 1)
select sum(figure) filter (where week is not null), sum(figure) filter (where week is null),
  array_agg(figure order by week) filter (where week is not null) from weeks;

-- passengers
with weeks as (
  select case when AT >= '2024-01-01' then date_trunc('week', AT) end as week, sum(passengers) as figure
  from flights where AT >= '2023-07-01' and AT < '2024-07-01' and not cancelled group by 1)
select sum(figure) filter (where week is not null), sum(figure) filter (where week is null),
  array_agg(figure order by week) filter (where week is not null) from weeks;

-- delay
with weeks as (
  select case when AT >= '2024-01-01' then date_trunc('week', AT) end as week,
    sum(delay) as delay, count(delay) as flights, avg(delay) as figure
  from flights where AT >= '2023-07-01' and AT < '2024-07-01' group by 1)
select sum(delay) filter (where week is not null) / sum(flights) filter (where week is not null),
  sum(delay) filter (where week is null) / sum(flights) filter (where week is null),
  array_agg(figure order by week) filter (where week is not null) from weeks;

-- cancelled
select count(*) filter (where AT >= '2024-01-01'), count(*) filter (where AT < '2024-01-01')
from flights where AT >= '2023-07-01' and AT < '2024-07-01' and cancelled;

-- latest-delay
select max(delay) from flights where AT >= '2024-01-01' and AT < '2024-07-01';

-- revenue-by-week
select date_trunc('week', AT), sum(fare) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' and not cancelled group by 1 order by 1;

-- revenue-by-day
select date_trunc('day', AT), sum(fare) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' group by 1 order by 1;

-- revenue-by-month
select date_trunc('month', AT), sum(fare) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' group by 1 order by 1;

-- delayed-by-day
select date_trunc('day', AT), count(*) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' and delay > 15 group by 1 order by 1;

-- delay-by-week
select date_trunc('week', AT), avg(delay) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' and not cancelled group by 1 order by 1;

-- carriers-by-month
select date_trunc('month', AT), carrier, sum(passengers) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' group by 1, 2 order by 1, 2;

-- by-hour
select extract(hour from AT)::int, count(*) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' group by 1 order by 1;

-- by-weekday
select extract(isodow from AT)::int, sum(fare) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' group by 1 order by 1;

-- delay-by-hour
select extract(hour from AT)::int, avg(delay) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' and not cancelled group by 1 order by 1;

-- carriers
select carrier, sum(fare) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' group by 1 order by 2 desc, 1;

-- origins
select origin, sum(passengers) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' group by 1 order by 2 desc, 1;

-- origin-delays
select origin, avg(delay), count(*) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' group by 1 order by 1;

-- night
select carrier, count(*) from flights
where AT >= '2024-01-01' and AT < '2024-07-01' and extract(hour from AT) in (22, 23, 0, 1, 2, 3, 4)
group by 1 order by 1;

-- dearest
select id, fare from flights
where AT >= '2024-01-01' and AT < '2024-07-01' order by fare desc, id limit 20;
