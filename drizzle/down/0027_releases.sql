SET LOCAL lock_timeout = '500ms';

ALTER TABLE schema_migrations DROP COLUMN needs;
DROP TABLE deploy_log;
