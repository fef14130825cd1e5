-- Who looks after the dashboards of a folder.
create table folder_editors (
  folder text not null,   -- '' for the dashboards in no folder
  editor text not null,   -- 'team:sales', or 'account:' and an account's id
  primary key (folder, editor)
);
