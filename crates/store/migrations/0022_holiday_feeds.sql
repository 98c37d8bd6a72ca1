-- How fetching the outside calendar that a calendar names went.
create table holiday_feed (
    calendar bigint not null primary key,
    -- A keyed hash of the address that the rest is about: another address begins anew.
    address {bytes} not null,
    -- What the other side recognises its document by.
    etag {text},
    last_modified {text},
    tried_at bigint not null,
    fetched_at bigint,
    next_at bigint not null,
    -- Failures since it last went well, and what the last one was.
    failures bigint not null,
    fault {text},
    events bigint not null
);
