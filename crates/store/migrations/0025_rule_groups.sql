-- When a rule that counts records last acted for those with one value, so that it does not act for the next one as well.
create table rule_group (
    rule bigint not null,
    value {text} not null,
    at bigint not null,
    primary key (rule, value)
);
