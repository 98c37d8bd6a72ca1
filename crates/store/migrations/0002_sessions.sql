-- Sessions of browsers. Only hashes are kept, so a copy of the database opens none.
create table session (
    id {identity},
    person bigint not null,
    hash {bytes} not null,
    created_at bigint not null,
    seen_at bigint not null,
    proved_at bigint not null,
    address {text} not null,
    agent {text} not null,
    ended_at bigint
);
create unique index session_hash on session (hash);
create index session_person on session (person) where ended_at is null;
