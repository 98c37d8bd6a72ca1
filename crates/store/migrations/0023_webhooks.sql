-- Documents that rules hand over to other systems, and how far each has come. Their words are written when they leave.
create table webhook_delivery (
    id {text} not null primary key,
    rule bigint not null,
    version bigint not null,
    record bigint not null,
    -- The record's revision that it tells of, and the entry that the rule answered.
    revision bigint not null,
    seq bigint,
    created_at bigint not null,
    state {text} not null,
    tries bigint not null,
    status bigint,
    fault {text}
);
create index webhook_delivery_old on webhook_delivery (created_at);
