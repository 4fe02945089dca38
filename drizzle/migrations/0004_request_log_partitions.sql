SET LOCAL lock_timeout = '500ms';

-- The request log is kept in monthly pieces (api_key_usage_logs_y2026m11), made ahead and dropped by a job. The job acts as mr_app,
-- which may not create tables: these two functions are all it can do.
CREATE FUNCTION make_request_log_partition(month date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  first_day date := date_trunc('month', month)::date;
  partition text := 'api_key_usage_logs_' || to_char(first_day, '"y"YYYY"m"MM');
  lower_bound timestamptz := first_day::timestamp AT TIME ZONE 'Asia/Shanghai';
  upper_bound timestamptz := (first_day + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai';
BEGIN
  IF to_regclass(partition) IS NOT NULL OR EXISTS (SELECT FROM api_key_usage_logs_default WHERE at >= lower_bound AND at < upper_bound) THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF api_key_usage_logs FOR VALUES FROM (%L) TO (%L)', partition, lower_bound, upper_bound);
  EXECUTE format('GRANT SELECT, INSERT ON %I TO mr_app', partition);
  RETURN true;
END $$;

CREATE FUNCTION drop_request_log_partitions(before date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  partition text;
  dropped integer := 0;
BEGIN
  IF before > (now() AT TIME ZONE 'Asia/Shanghai')::date - 28 THEN
    RAISE EXCEPTION 'the request log of the last four weeks is never dropped';
  END IF;
  FOR partition IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'api_key_usage_logs'::regclass AND c.relname ~ '_y[0-9]{4}m[0-9]{2}$'
      AND to_date(right(c.relname, 7), 'YYYY"m"MM') < date_trunc('month', before)
  LOOP
    EXECUTE format('DROP TABLE %I', partition);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;

REVOKE ALL ON FUNCTION make_request_log_partition(date), drop_request_log_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_request_log_partition(date), drop_request_log_partitions(date) TO mr_app;
