-- Changes of many records at once: what was asked, on which records, and what became of each.
create table bulk_edit (
    id {identity},
    kind {text} not null,
    person bigint not null,
    limits {verbatim_json},
    door {text} not null,
    action {verbatim_json} not null,
    state {text} not null check (state in ('preview', 'waiting', 'running', 'finished', 'failed')),
    total bigint not null,
    missing bigint not null,
    undo_of bigint,
    created_at bigint not null,
    finished_at bigint
);
create index bulk_edit_person on bulk_edit (person, id);
-- Each is undone once.
create unique index bulk_edit_undo on bulk_edit (undo_of) where undo_of is not null;

-- `expected` is what the preview said, `outcome` what came of it; `seq` is the entry of the record's journal that was
-- made, `reverts` the one that an undo sets back.
create table bulk_edit_row (
    bulk_edit bigint not null,
    place bigint not null,
    record bigint not null,
    reverts bigint,
    expected {text} not null check (expected in ('changed', 'unchanged', 'refused')),
    outcome {text} check (outcome in ('changed', 'unchanged', 'refused')),
    seq bigint,
    reason {text} not null,
    primary key (bulk_edit, place)
);
create index bulk_edit_row_outcome on bulk_edit_row (bulk_edit, outcome, place);
