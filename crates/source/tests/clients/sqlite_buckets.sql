-- The reading at which each bucket starts.
create temp view bucketed as
select s.*, case bucket
    when 'minute' then strftime('%Y-%m-%d %H:%M:00', wall)
    when 'hour' then strftime('%Y-%m-%d %H:00:00', wall)
    when 'day' then date(wall)
    when 'week' then date(wall, 'weekday 0', '-6 days')
    when 'month' then date(wall, 'start of month')
    when 'quarter' then date(wall, 'start of month', '-' || ((strftime('%m', wall) - 1) % 3) || ' months')
    when 'year' then date(wall, 'start of year') end as starts
from seen s;
-- A day's start is read with the offset that holds there; at a skipped midnight with the one before.
create temp view started as
select b.id, b.at, b.wall, case when bucket in ('minute', 'hour') then strftime('%s', starts) - ahead
    else coalesce(
      (select strftime('%s', b.starts) - o.ahead from offsets o where o.zone = b.zone
         and strftime('%s', b.starts) - o.ahead >= o.since
         and strftime('%s', b.starts) - o.ahead < o.until),
      (select o.until from offsets o where o.zone = b.zone
         and strftime('%s', b.starts) - o.ahead = o.until)) end as start
from bucketed b;
