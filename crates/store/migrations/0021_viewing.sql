-- As whom somebody looks at Steward in a session of their browser: who is looked as, why, and until when at the latest.
alter table session add column view_as bigint;
alter table session add column view_reason {text};
alter table session add column view_until bigint;
