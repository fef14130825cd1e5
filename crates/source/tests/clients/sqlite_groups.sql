select s.start * 1000000, count(*), count(v.big), sum(s.id), min(v.words), max(v.d), avg(s.id)
from started s join matrix_values v on v.n = s.id % 11
where s.at >= :first and s.at < :last group by s.start order by s.start;
