-- Links under which programs fetch a calendar with the rights of who made them. What is stored of the link is a hash.
create table calendar_feed (
    id {identity},
    person bigint not null,
    hash {bytes} not null unique,
    name {text} not null,
    -- The calendar record that it shows; the operations calendar when empty.
    calendar bigint,
    -- What the operations calendar was narrowed to, as the page's address writes it.
    query {text} not null,
    created_at bigint not null,
    fetched_at bigint,
    revoked_at bigint
);
create index calendar_feed_person on calendar_feed (person, created_at);
