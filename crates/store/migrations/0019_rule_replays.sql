-- What a rule would have done in the past: the last replay that somebody asked for.
create table rule_replay (
    rule bigint not null,
    person bigint not null,
    version bigint not null,
    days bigint not null,
    asked_at bigint not null,
    state {text} not null check (state in ('waiting', 'done', 'failed')),
    detail {verbatim_json},
    primary key (rule, person)
);
create index rule_replay_old on rule_replay (asked_at);
