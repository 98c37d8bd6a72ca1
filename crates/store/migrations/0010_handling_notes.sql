-- Which handling note was put before whom, when and on which record: once in each session of a browser.
create table handling_note_view (
    note bigint not null,
    session bigint not null,
    person bigint not null,
    record bigint not null,
    at bigint not null,
    primary key (note, session)
);
