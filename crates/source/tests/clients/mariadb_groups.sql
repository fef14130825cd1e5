with walls as (
  select id, at, convert_tz(at, 'UTC', @zone) as wall from matrix_instants
),
starts as (
  select id, at, wall, case @bucket
      when 'day' then date(wall)
      when 'week' then date(wall) - interval weekday(wall) day
      when 'month' then date(wall) - interval dayofmonth(wall) - 1 day
      when 'quarter' then makedate(year(wall), 1) + interval quarter(wall) - 1 quarter
      when 'year' then makedate(year(wall), 1) end as date
  from walls
),
started as (
  select id, at, wall, case @bucket
      -- Counted back from the instant, so that a doubled hour stays two.
      when 'minute' then at - interval second(wall) * 1000000 + microsecond(wall) microsecond
      when 'hour' then at - interval minute(wall) * 60000000 + second(wall) * 1000000 + microsecond(wall) microsecond
      else convert_tz(timestamp(date), @zone, 'UTC') end as start
  from starts
)
select s.start, count(*), count(v.big), sum(s.id), min(v.words), max(v.d), sum(v.digits)
from started s join matrix_values v on v.n = s.id % 11
where s.at >= convert_tz('2011-01-15', @zone, 'UTC') and s.at < convert_tz('2011-12-15', @zone, 'UTC')
group by s.start order by s.start;
