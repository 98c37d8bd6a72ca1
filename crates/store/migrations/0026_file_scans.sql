-- What the malware scanner says of contents, each once whatever records hold it. Contents from before there was a
-- scanner have no row. The first verdict stands until somebody asks for another one, which makes it `pending` again.
create table file_scan (
    sha256 {text} not null primary key,
    state {text} not null check (state in ('pending', 'clean', 'infected', 'failed')),
    asked_at bigint not null,
    tried_at bigint,
    -- Tries that gave no verdict, and what went wrong last.
    failures bigint not null,
    fault {text},
    -- The name of what was found.
    finding {text}
);
create index file_scan_withheld on file_scan (asked_at, sha256) where state <> 'clean';

-- The entry that says that something was found in it; none while nothing is.
alter table attachment add column withheld_seq bigint;
