-- How often a rule acted within the hour is asked before each act: the index alone answers it.
drop index rule_run_recent;
create index rule_run_recent on rule_run (rule, at, outcome);
