SET LOCAL lock_timeout = '500ms';

DROP FUNCTION make_request_log_partition(date), drop_request_log_partitions(date);
