-- Service-level clocks: what lists ask of them stands in the record's row, the clocks themselves in a table.
alter table record add column next_due_at bigint;
alter table record add column breach_at bigint;
create index record_next_due on record (kind, next_due_at, id) where next_due_at is not null;
create index record_breach on record (kind, breach_at, id) where breach_at is not null;
-- Queues sorted by the next breach; they carry what scopes of access look at.
create index record_open_next_due on record
    (kind, next_due_at, id, organisation, team, assignee, requester, created_by)
    where category in ('new', 'active', 'waiting');

-- What agreements, targets and calendars said, by content: every clock names the book that it was computed by.
create table clock_book (
    id {identity},
    digest {bytes} not null unique,
    data {verbatim_json} not null
);

create table clock (
    record bigint not null,
    slot {text} not null,
    version bigint not null,
    book bigint not null,
    kind {text} not null,
    agreement bigint not null,
    target bigint not null,
    sort {text} not null,
    metric {text} not null,
    state {text} not null,
    started_at bigint not null,
    ended_at bigint,
    due_at bigint,
    breached_at bigint,
    value bigint not null,
    elapsed bigint not null,
    -- When the next step of escalation is to be taken, and those that were.
    next_at bigint,
    fired {verbatim_json} not null,
    data {verbatim_json} not null,
    primary key (record, slot)
);
create index clock_next on clock (next_at, record) where next_at is not null;
create index clock_open on clock (record) where state in ('running', 'paused', 'handed');
create index clock_target on clock (target, started_at);
create index clock_ended on clock (kind, ended_at);
{statistics of clocks}
