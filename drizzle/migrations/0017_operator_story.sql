SET LOCAL lock_timeout = '500ms';

-- The story of one operator is read newest first: what was done to it, what it did, and what was done to something of its own, whose
-- audit entry names it in its details. Games come from their sums, so that the books' index needs only the little that is no game.
-- There is no index on balances and totals: it would make every charge rewrite it, and the list of operators is short enough to sort.
CREATE INDEX audit_logs_about_operator ON audit_logs ((details ->> 'operator_id'), created_at) WHERE details ->> 'operator_id' IS NOT NULL;
CREATE INDEX transaction_records_operator_time ON transaction_records (operator_id, created_at) WHERE type <> 'consumption';
CREATE INDEX authorizations_operator ON operator_app_authorizations (operator_id, authorized_at);
