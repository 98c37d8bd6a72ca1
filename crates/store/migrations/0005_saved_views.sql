-- Lists that people saved under a name, who wants them at hand, and which columns somebody wants where no view says so.
create table saved_view (
    id {identity},
    kind {text} not null,
    name {text} not null,
    owner bigint not null,
    audience {text} not null check (audience in ('owner', 'team', 'everybody')),
    team bigint,
    definition {verbatim_json} not null,
    created_at bigint not null,
    updated_at bigint not null,
    check ((audience = 'team') = (team is not null))
);
create index saved_view_owner on saved_view (owner, kind);
create index saved_view_shared on saved_view (kind, audience, team) where audience <> 'owner';

create table saved_view_pin (
    person bigint not null,
    saved_view bigint not null,
    primary key (person, saved_view)
);
create index saved_view_pin_view on saved_view_pin (saved_view);

create table list_columns (
    person bigint not null,
    kind {text} not null,
    columns {text} not null,
    primary key (person, kind)
);
