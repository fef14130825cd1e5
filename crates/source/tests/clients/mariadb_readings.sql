with walls as (
  select id, convert_tz(at, 'UTC', @zone) as wall from matrix_instants
),
starts as (
  select id, wall, case @bucket
      when 'day' then date(wall)
      when 'week' then date(wall) - interval weekday(wall) day
      when 'month' then date(wall) - interval dayofmonth(wall) - 1 day
      when 'year' then makedate(year(wall), 1) end as date
  from walls
)
select convert_tz(timestamp(date), @zone, 'UTC') as start, count(*), sum(id)
from starts where wall >= '2011-01-15' and wall < '2011-12-15'
group by 1 order by 1;
