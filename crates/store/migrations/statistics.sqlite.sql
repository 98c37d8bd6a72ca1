-- Makes the table of statistics, which only `analyze` can; there is nothing to look at yet.
analyze record;
delete from sqlite_stat1;
insert into sqlite_stat1 (tbl, idx, stat) values
    ('record', 'record_number', '1000000 50000 1'),
    ('record', 'record_number_alone', '1000000 1'),
    ('record', 'record_updated', '1000000 50000 2 1 1 1 1 1 1'),
    ('record', 'record_created', '1000000 50000 2 1'),
    ('record', 'record_opened', '1000000 50000 2 1'),
    ('record', 'record_priority', '1000000 50000 12000 1'),
    ('record', 'record_due', '200000 20000 2 1'),
    ('record', 'record_state', '1000000 50000 10000 2 1'),
    ('record', 'record_assignee', '800000 4000 2000 2 1 1'),
    ('record', 'record_team', '1000000 20000 10000 2 1 1 1'),
    ('record', 'record_requester', '1000000 500 250 2 1 1'),
    ('record', 'record_creator', '1000000 2000 1000 2 1 1'),
    ('record', 'record_organisation', '1000000 40000 20000 2 1'),
    ('record', 'record_service', '1000000 20000 2 1'),
    ('record', 'record_open_priority', '40000 8000 2000 2 1 1 1 1 1 1'),
    ('record', 'record_open_updated', '40000 8000 2 1 1 1 1 1 1'),
    ('record', 'record_open_due', '40000 8000 8 1 1 1 1 1 1'),
    ('record', 'record_open_team', '40000 1000 900 300 2 1 1 1'),
    ('record', 'record_open_assignee', '40000 200 180 60 2 1 1'),
    ('record', 'record_open_organisation', '40000 1600 800 2 1 1 1');
analyze sqlite_schema;
