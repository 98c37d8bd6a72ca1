-- What people have typed and not sent yet: one row for each person and place. A row without content says that the text
-- was sent or discarded, so that a late word of the page it was written on does not bring it back.
create table draft (
    person bigint not null,
    place {text} not null,
    content {text} not null,
    mark {text} not null,
    saved_at bigint not null,
    primary key (person, place)
);
create index draft_saved on draft (saved_at);
