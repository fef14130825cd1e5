-- Values of every kind that a frame holds; text that looks like something else is still text.
-- The fractions of late all have six digits: the protocol that Brisk speaks leaves zeros out, the client's
-- does not.
drop table if exists matrix_values, matrix_instants;
create table matrix_values (n int, big bigint, ubig bigint unsigned, digits decimal(40, 10), f8 double, f4 float,
  flag boolean, words text, d date, clock time, late time(6), ts datetime(6), id uuid, doc json,
  mood enum('calm', 'it''s "odd"', '日本'), several set('a', 'b'), y year, bits bit(64))
  character set utf8mb4;
insert into matrix_values values
  (0, 9223372036854775807, 18446744073709551615, 123456789012345678901234567890.0123456789, 1.7976931348623157e308, 3.40282e38, true,
   'plain', '2011-03-27', '00:00:00', '23:59:59.999999', '2011-03-27 01:30:00', '00000000-0000-0000-0000-000000000000', '{"a": [1, null]}', 'calm', 'a,b', 2011, b'1'),
  (1, -9223372036854775808, 0, -0.0000000001, 2.2250738585072014e-308, 1.17549e-38, false,
   'it''s "quoted", `so`', '1000-01-01', '-838:59:59', '-838:59:58.000001', '1000-01-01 00:00:00', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '[]', 'it''s "odd"', '', 1901, x'ffffffffffffffff'),
  (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
  (3, 0, 1, 0, 0, 0, true, '', '9999-12-31', '12:00:00', '00:00:00.000001', '9999-12-31 23:59:59.999999', '01234567-89ab-cdef-8123-456789abcdef', 'null', '日本', 'b', 2155, 0),
  (4, 9007199254740993, 9223372036854775808, 0.1, 0.1, 0.1, false, 'tab\tline\nreturn\r.', '2012-02-29', '00:00:00', '12:00:00.100001', '2011-10-30 01:30:00.5', '10000000-0000-0000-8000-000000000001', '"x"', 'calm', 'a', 2012, 2),
  (5, -1, 3, 999999999999999999999999999999, 5e-324, 1.1e-38, true, '日本語 العربية עברית', '2011-10-30', '01:02:03', '01:02:03.040506', '1969-12-31 23:59:59.999999', '20000000-0000-0000-8000-000000000002', '{}', 'calm', 'a', 1970, 3),
  (6, 1, 4, 1.10, -0.30000000000000004, 1.1, false, 'NULL', '2000-01-01', '10:00:00', '10:00:00.100001', '2000-01-01 00:00:00', '30000000-0000-0000-8000-000000000003', '{"deep": {"é":  "\\"" }}', 'calm', 'a', 2000, 4),
  (7, 42, 5, 10000.0001, 123456789.12345679, 1234.5, true, '\\N \\t \\\\ ''', '1970-01-01', '10:00:01', '10:00:01.123456', '1970-01-01 00:00:00', '40000000-0000-0000-8000-000000000004', '1e400', 'calm', 'a', 1999, 5),
  (8, 4294967296, 6, -100000000000000000000, 1e22, 0.3, false, '👩‍💻 é ‮rtl', '2011-12-31', '10:00:02', '10:00:02.123456', '2011-12-31 23:59:59', '50000000-0000-0000-8000-000000000005', 'true', 'calm', 'a', 2020, 6),
  (9, -42, 7, 0.5, -1.5, -1.5, true, '<a href="x">&amp;</a>', '2011-01-01', '10:00:03', '10:00:03.123456', '2011-01-01 00:00:00', '60000000-0000-0000-8000-000000000006', '0.1', 'calm', 'a', 2021, 7),
  (10, 7, 8, 12345678901234567890, 1e-7, 1e-7, false, '  blanks  ', '2011-06-15', '10:00:04', '10:00:04.123456', '2011-06-15 12:34:56.789', '70000000-0000-0000-8000-000000000007', '[1,2,3]', 'calm', 'a', 2022, 8);
create table matrix_instants (id int primary key, at timestamp(6) not null default current_timestamp(6));
