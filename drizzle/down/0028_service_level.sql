SET LOCAL lock_timeout = '500ms';

DROP TABLE authorize_hours, authorize_minutes;
