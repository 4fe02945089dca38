SET LOCAL lock_timeout = '500ms';

-- The role belongs to the cluster and may serve other databases: only its rights here go.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM mr_app;
REVOKE USAGE ON SCHEMA public FROM mr_app;
