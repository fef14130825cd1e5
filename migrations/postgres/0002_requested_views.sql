-- Which views readers ask for, so that warming loads those also after a restart. Views of users
-- with attributes are not kept: attributes are personal.
create table requested_views (
  dashboard text not null,
  query text not null, -- the page's query string, '' for the view that opens first
  count bigint not null,
  primary key (dashboard, query)
);
