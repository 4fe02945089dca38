SET LOCAL lock_timeout = '500ms';

REVOKE DELETE ON job_runs FROM mr_app;
