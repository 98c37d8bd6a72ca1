insert into sqlite_stat1 (tbl, idx, stat) values
    ('record', 'record_next_due', '40000 8000 2 1'),
    ('record', 'record_breach', '40000 8000 2 1'),
    ('record', 'record_open_next_due', '40000 8000 8 1 1 1 1 1 1');
analyze sqlite_schema;
