set search_path = matrix_clients;
copy (
  select i.id, date_trunc(:'bucket', i.at, :'zone'),
    extract(year from i.at at time zone :'zone'), extract(month from i.at at time zone :'zone'),
    extract(isodow from i.at at time zone :'zone'), extract(hour from i.at at time zone :'zone'),
    v.big, v.small, v.dec, v.f8, v.f4, v.flag, v.words, v.d, v.clock, v.ts, v.tz, v.id, v.doc, v.docb, v.mood
  from matrix_instants i join matrix_values v on v.n = i.id % 11
  where i.at >= timestamp '2011-01-15' at time zone :'zone'
    and i.at < timestamp '2011-12-15' at time zone :'zone'
  order by i.id
) to stdout;
