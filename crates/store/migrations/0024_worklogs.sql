-- Time spent on records, as the journal tells of it: one row for each entry that stands, with its corrections. Kept with
-- the records' own writes, and made anew from the journal at any time.
create table worklog (
    record bigint not null,
    -- Place of the entry that booked it.
    seq bigint not null,
    person bigint not null,
    team bigint,
    activity bigint,
    started_at bigint not null,
    seconds bigint not null,
    billable bigint not null,
    note {text} not null,
    -- Place of the entry that corrected it last.
    corrected_seq bigint,
    primary key (record, seq)
);
create index worklog_person on worklog (person, started_at, record, seq);
create index worklog_started on worklog (started_at, record, seq);
insert into worklog (record, seq, person, started_at, seconds, billable, note)
select record, seq, {act person}, {act started_at}, {act seconds}, 0, {act note} from journal where type = 'worked';

-- What somebody works on just now: one clock for each person.
create table work_timer (
    person bigint not null primary key,
    record bigint not null,
    started_at bigint not null
);
