-- What people read on their way to a report, and whether it was answered by that: for the agent who gets the report, and
-- to count what an article spares. `mark` names one form of one person.
create table article_read (
    person bigint not null,
    mark {text} not null,
    article bigint not null,
    read_at bigint not null,
    solved_at bigint,
    record bigint,
    primary key (person, mark, article)
);
create index article_read_record on article_read (record) where record is not null;
create index article_read_article on article_read (article, read_at);
create index article_read_person on article_read (person, read_at);
