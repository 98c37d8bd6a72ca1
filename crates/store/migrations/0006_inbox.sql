-- What people are told of: a place in a record's journal for each, never the text itself, so that rights are asked again
-- whenever it is shown.
create table notification (
    id {identity},
    person bigint not null,
    record bigint not null,
    seq bigint not null,
    reason {text} not null,
    actor bigint not null,
    internal bigint not null,
    at bigint not null,
    read_at bigint
);
create unique index notification_event on notification (person, record, seq);
create index notification_person on notification (person, id);
create index notification_unread on notification (person, id, record) where read_at is null;
create index notification_at on notification (at);

-- How often each canned text was put into a message, by day.
create table snippet_use (
    record bigint not null,
    day bigint not null,
    times bigint not null,
    primary key (record, day)
);
