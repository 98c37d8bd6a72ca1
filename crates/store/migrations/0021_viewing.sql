-- As whom somebody looks at Steward in a session of their browser: who is looked as, why, and until when at the latest.
alter table session add column view_as bigint;
alter table session add column view_reason {text};
alter table session add column view_until bigint;
-- Links by which somebody decides one question for approval once, without signing in. Only hashes are kept.
create table approval_link (
    id {identity},
    hash {bytes} not null,
    approval bigint not null,
    person bigint not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create unique index approval_link_hash on approval_link (hash);
create index approval_link_of on approval_link (approval, person);
