select s.id, s.start * 1000000, cast(strftime('%Y', s.wall) as integer),
  cast(strftime('%m', s.wall) as integer), (strftime('%w', s.wall) + 6) % 7 + 1,
  cast(strftime('%H', s.wall) as integer), v.big,
  case when v.pounds < 0 then '-' else '' end || (abs(v.pounds) / 1000) || '.' || printf('%03d', abs(v.pounds) % 1000),
  v.f, v.flag, v.words, v.d, v.doc
from started s join matrix_values v on v.n = s.id % 11
where s.at >= :first and s.at < :last order by s.id;
