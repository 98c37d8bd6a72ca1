-- How people want pages and notices to be, as JSON: only a person's own pages and inbox read it.
create table person_settings (
    person bigint primary key,
    settings {text} not null
);
