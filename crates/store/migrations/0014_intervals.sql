-- Times that records take up: one row for each stretch, kept with the records' own writes. Whole days are kept as
-- midnights of UTC and are the same dates in every zone.
create table time_interval (
    record bigint not null,
    place bigint not null,
    -- Key of the interval in the definition of the kind, and what the time is taken up by.
    part {text} not null,
    time {text} not null,
    begin_at bigint not null,
    end_at bigint not null,
    all_day bigint not null,
    -- Class of length, so that what overlaps with a span is found by where it begins.
    reach bigint not null,
    name {text},
    primary key (record, place)
);
create index time_interval_begin on time_interval (reach, begin_at, end_at, record);
create index time_interval_time on time_interval (time, record);

-- What the times of a record are about.
create table interval_concern (
    record bigint not null,
    target bigint not null,
    primary key (record, target)
);
create index interval_concern_target on interval_concern (target, record);
