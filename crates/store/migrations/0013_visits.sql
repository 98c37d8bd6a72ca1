-- Which records somebody opened when, and which of them they want at hand.
create table visit (
    person bigint not null,
    record bigint not null,
    seen_at bigint not null,
    pinned_at bigint,
    primary key (person, record)
);
create index visit_recent on visit (person, seen_at);
create index visit_pinned on visit (person, pinned_at) where pinned_at is not null;
create index visit_old on visit (seen_at) where pinned_at is null;
