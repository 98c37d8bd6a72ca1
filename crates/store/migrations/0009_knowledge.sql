-- Whether an article helped: one row for each person and article, the latest word counts.
create table article_vote (
    article bigint not null,
    person bigint not null,
    version bigint not null,
    helpful bigint not null check (helpful in (0, 1)),
    at bigint not null,
    primary key (article, person)
);
