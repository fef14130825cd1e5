-- The offsets of 2011 by hand: from which second on the wall clock is so many seconds ahead.
create temp table offsets (zone text, since integer, until integer, ahead integer);
insert into offsets values
  ('UTC', 0, 9999999999, 0),
  ('Europe/London', 0, 1301187600, 0),
  ('Europe/London', 1301187600, 1319936400, 3600),
  ('Europe/London', 1319936400, 9999999999, 0),
  ('America/New_York', 0, 1299999600, -18000),
  ('America/New_York', 1299999600, 1320559200, -14400),
  ('America/New_York', 1320559200, 9999999999, -18000),
  ('Asia/Kolkata', 0, 9999999999, 19800),
  -- Half an hour of summer, in the south.
  ('Australia/Lord_Howe', 0, 1301756400, 39600),
  ('Australia/Lord_Howe', 1301756400, 1317483000, 37800),
  ('Australia/Lord_Howe', 1317483000, 9999999999, 39600),
  -- Its changes are at midnight; the one in October skips it.
  ('America/Sao_Paulo', 0, 1298167200, -7200),
  ('America/Sao_Paulo', 1298167200, 1318734000, -10800),
  ('America/Sao_Paulo', 1318734000, 9999999999, -7200);
create temp table chosen (zone text, bucket text);
insert into chosen values (:zone, :bucket);
-- Every instant with its wall clock.
create temp view seen as
select i.id, i.at, c.zone, c.bucket, o.ahead, datetime(i.at + o.ahead, 'unixepoch') as wall
from matrix_instants i, chosen c join offsets o on o.zone = c.zone and i.at >= o.since and i.at < o.until;
