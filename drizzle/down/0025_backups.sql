SET LOCAL lock_timeout = '500ms';

DROP TABLE backup_restores, backups;
