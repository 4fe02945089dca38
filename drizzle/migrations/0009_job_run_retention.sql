SET LOCAL lock_timeout = '500ms';

-- Two jobs of every quarter and half minute write 8,640 rows a day: the job that tidies up acts as mr_app, like all others.
GRANT DELETE ON job_runs TO mr_app;
