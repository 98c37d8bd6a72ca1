-- What is to be mailed: a message for each person and record, or for a person's digest (record 0), with the places in
-- journals that it is about. Never a text: it is written anew, with the rights of that moment, whenever it is sent or
-- looked at. `waiting` takes further places in; `ready` and `failed` are to be sent as they are; `held` would be sent if
-- there were a way for mail.
create table outbox (
    id {identity},
    person bigint not null,
    record bigint not null,
    state {text} not null check (state in ('waiting', 'ready', 'sending', 'sent', 'withheld', 'held', 'failed', 'dead')),
    due_at bigint not null,
    created_at bigint not null,
    done_at bigint,
    tries bigint not null,
    why {text},
    error {text},
    fence bigint not null,
    leased_until bigint
);
create unique index outbox_open on outbox (person, record) where state = 'waiting';
create index outbox_due on outbox (due_at) where state in ('waiting', 'ready', 'failed', 'sending');
create index outbox_person on outbox (person, id);
create index outbox_state on outbox (state, id);
create index outbox_created on outbox (created_at);

create table outbox_place (
    message bigint not null,
    record bigint not null,
    seq bigint not null,
    reason {text} not null,
    actor bigint not null,
    internal bigint not null,
    at bigint not null,
    primary key (message, record, seq)
);
