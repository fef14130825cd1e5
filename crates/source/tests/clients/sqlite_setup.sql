-- Values of every kind that SQLite stores; text that looks like something else is still text.
create table matrix_values (n integer, big integer, pounds integer, f real, flag boolean, words text,
  d text, doc text);
insert into matrix_values values
  (0, 9223372036854775807, 9223372036854775807, 1.7976931348623157e308, 1, 'plain', '2011-03-27', '{"a": [1, null]}'),
  (1, -9223372036854775808, -9223372036854775807, 2.2250738585072014e-308, 0, 'it''s "quoted", `so`', '0001-01-01', '[]'),
  (2, null, null, null, null, null, null, null),
  (3, 0, 0, 0.0, 1, '', '9999-12-31', 'null'),
  (4, 9007199254740993, 1, 0.1, 0, 'tab' || char(9) || 'line' || char(10) || 'return' || char(13) || '.', '2012-02-29', '"x"'),
  (5, -1, -1, 5e-324, 1, '日本語 العربية עברית', '2011-10-30', '{}'),
  (6, 1, 999, -0.30000000000000004, 0, 'NULL', '2000-01-01', '{"deep": {"é": "\u0000"}}'),
  (7, 42, 1000, 123456789.12345679, 1, '\N \t \\ ''', '1970-01-01', '1e400'),
  (8, 4294967296, -999, 1e22, 0, '👩‍💻 é ' || char(0x202e) || 'rtl', '2011-12-31', 'true'),
  (9, -42, 1001, -1.5, 1, '<a href="x">&amp;</a>', '2011-01-01', '0.1'),
  (10, 7, 5, 1e-7, 0, '  blanks  ', '2011-06-15', '[1,2,3]');
create table matrix_instants (id integer primary key, at integer);
