-- What automation rules did, kept for a while.
create table rule_run (
    id {identity},
    rule bigint not null,
    version bigint not null,
    record bigint not null,
    -- The entry that was answered, and the first one of its journal that the rule made.
    seq bigint,
    made bigint,
    at bigint not null,
    outcome {text} not null,
    detail {verbatim_json} not null
);
create index rule_run_rule on rule_run (rule, id);
create index rule_run_recent on rule_run (rule, at);
create index rule_run_record on rule_run (record, id);
create index rule_run_old on rule_run (at);

-- Records on which a rule acts once: for good (turn 0), or within a turn of time.
create table rule_done (
    rule bigint not null,
    record bigint not null,
    turn bigint not null,
    primary key (rule, record, turn)
);
create index rule_done_turn on rule_done (turn) where turn > 0;

-- How far a rule has come: its last turn, and who got work the last time.
create table rule_place (
    rule bigint not null primary key,
    turn bigint,
    person bigint
);
