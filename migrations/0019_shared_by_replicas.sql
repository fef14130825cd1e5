-- Where a schedule comes from: '' is the app, 'file' a dashboard's file, which alone says what it is.
alter table schedules add column origin text not null default '';
-- Where the rollups of a source are written that was added in the app, sealed; null where none are.
alter table sources add column rollup_url text;
-- What only who knows a webhook's secret can make of a delivery that was done: the same bytes once more have
-- the same. Null where nothing was done.
alter table deliveries add column proof text;
create index deliveries_by_proof on deliveries (proof);
