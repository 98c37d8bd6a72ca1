-- The ground floor. `meta` is made by the code that runs migrations.
-- Every kind gets a view of its own name, so no table may bear a name that a kind could have.

create table record (
    id {key},
    kind {text} not null,
    number {text} not null,
    revision bigint not null,
    state {text} not null,
    category {text} not null,
    organisation bigint not null,
    requester bigint,
    assignee bigint,
    team bigint,
    service bigint,
    priority {text},
    priority_rank bigint,
    title {text},
    created_at bigint not null,
    created_by bigint not null,
    updated_at bigint not null,
    opened_at bigint,
    resolved_at bigint,
    closed_at bigint,
    due_at bigint,
    fields {json} not null,
    watchers {json} not null,
    head {bytes} not null
);
create unique index record_number on record (kind, number);
-- A reference may be given by number without its kind.
create index record_number_alone on record (number);
-- One index for each order that a list of a whole kind may have. `due_at` is empty for most records, hence partial. The
-- usual order carries what scopes of access look at, so that SQLite passes over records out of reach without reading them.
create index record_updated on record
    (kind, updated_at, id, organisation, team, assignee, requester, created_by);
create index record_created on record (kind, created_at, id);
create index record_opened on record (kind, opened_at, id);
create index record_priority on record (kind, priority_rank, id);
create index record_due on record (kind, due_at, id) where due_at is not null;
create index record_state on record (kind, state, updated_at, id);
-- Lists of one person, team or organisation. They carry the organisation, so that what is in reach is counted without
-- reading records; `record_team` also finds those that no team has.
create index record_assignee on record (assignee, kind, updated_at, id, organisation) where assignee is not null;
create index record_team on record (team, kind, updated_at, id, organisation, assignee);
create index record_requester on record (requester, kind, updated_at, id, organisation) where requester is not null;
create index record_creator on record (created_by, kind, updated_at, id, organisation);
create index record_organisation on record (organisation, kind, updated_at, id);
create index record_service on record (service, updated_at, id) where service is not null;
-- Work queues: few of a million records are open, so these stay small and hot. Those that serve whole kinds carry what
-- scopes look at, too.
create index record_open_priority on record (kind, priority_rank, updated_at, id, organisation, team, assignee, requester, created_by)
    where category in ('new', 'active', 'waiting');
create index record_open_updated on record (kind, updated_at, id, organisation, team, assignee, requester, created_by)
    where category in ('new', 'active', 'waiting');
create index record_open_due on record (kind, due_at, id, organisation, team, assignee, requester, created_by)
    where category in ('new', 'active', 'waiting');
create index record_open_team on record (team, kind, priority_rank, updated_at, id, organisation, assignee)
    where category in ('new', 'active', 'waiting');
create index record_open_assignee on record (assignee, kind, priority_rank, updated_at, id, organisation)
    where category in ('new', 'active', 'waiting');
-- SQLite prefers an index of which it can use more: without this one it would take that of all records.
create index record_open_organisation on record (organisation, kind, updated_at, id, team, assignee)
    where category in ('new', 'active', 'waiting');

create table journal (
    position {identity},
    epoch bigint not null,
    xid bigint not null default {xid},
    record bigint not null,
    seq bigint not null,
    kind {text} not null,
    at bigint not null,
    actor bigint not null,
    door {text} not null,
    type {text} not null,
    data {verbatim_json} not null,
    hash {bytes} not null
);
create unique index journal_record on journal (record, seq);
create index journal_order on journal (epoch, xid, position);

create table record_link (
    id {identity},
    link {text} not null,
    source bigint not null,
    target bigint not null,
    since_at bigint not null,
    since_seq bigint not null,
    until_at bigint,
    until_seq bigint
);
create unique index record_link_active on record_link (source, link, target) where until_at is null;
create index record_link_target on record_link (target, link);
create index record_link_source on record_link (source, link);

create table reference (
    record bigint not null,
    field {text} not null,
    target bigint not null,
    primary key (record, field, target)
);
create index reference_target on reference (target, field);

create table unique_value (
    kind {text} not null,
    field {text} not null,
    value {text} not null,
    record bigint not null,
    primary key (kind, field, value)
);
create index unique_value_value on unique_value (value);
create index unique_value_record on unique_value (record);

create table attachment (
    record bigint not null,
    seq bigint not null,
    name {text} not null,
    media_type {text} not null,
    size bigint not null,
    sha256 {text} not null,
    audience {text} not null,
    detached_seq bigint,
    primary key (record, seq)
);
create index attachment_content on attachment (sha256);

create table job (
    id {identity},
    kind {text} not null,
    unique_key {text},
    payload {verbatim_json} not null,
    state {text} not null check (state in ('waiting', 'running', 'dead')),
    run_at bigint not null,
    attempts bigint not null,
    max_attempts bigint not null,
    fence bigint not null,
    leased_until bigint,
    worker {text},
    error {text},
    created_at bigint not null
);
create unique index job_unique on job (kind, unique_key) where unique_key is not null and state <> 'dead';
create index job_waiting on job (run_at, id) where state = 'waiting';
create index job_running on job (leased_until) where state = 'running';

create table seal (
    id bigint primary key,
    at bigint not null,
    epoch bigint not null,
    xid bigint not null,
    position bigint not null,
    entries bigint not null,
    root {bytes} not null,
    hash {bytes} not null
);

create table cursor (
    subscriber {text} primary key,
    epoch bigint not null,
    xid bigint not null,
    position bigint not null
);

create table counter (
    name {text} primary key,
    value bigint not null
);

create table credential (
    person bigint primary key,
    hash {text} not null,
    changed_at bigint not null
);

create table token (
    id {identity},
    person bigint not null,
    hash {bytes} not null,
    label {text} not null,
    scopes {verbatim_json} not null,
    expires_at bigint not null,
    created_at bigint not null,
    revoked_at bigint,
    last_used_at bigint
);
create unique index token_hash on token (hash);
create index token_person on token (person);

create table attempt (
    id {identity},
    subject {text} not null,
    at bigint not null
);
create index attempt_subject on attempt (subject, at);

create table idempotency (
    actor bigint not null,
    key {text} not null,
    request_hash {bytes} not null,
    status bigint not null,
    response {text} not null,
    created_at bigint not null,
    primary key (actor, key)
);
create index idempotency_created on idempotency (created_at);

create table security_event (
    id {identity},
    at bigint not null,
    actor bigint not null,
    address {text} not null,
    action {text} not null,
    outcome {text} not null,
    detail {text} not null
);
create index security_event_at on security_event (at);

-- What SQLite's planner must know of a large database, fixed so that plans never change under a running service: without
-- it, it takes a kind for as rare as a person. Rows of each index, then rows for each further column that is given.
{statistics}
