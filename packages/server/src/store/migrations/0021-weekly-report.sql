-- One row: the last weekly report was of the week up to here.
create table weekly_report (
  singleton boolean primary key default true check (singleton),
  told_until timestamptz not null default now()
);
insert into weekly_report default values;
