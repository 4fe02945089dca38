SET LOCAL lock_timeout = '500ms';

ALTER TABLE usage_records DROP CONSTRAINT usage_has_debit;
DROP TABLE ledger_proofs, job_runs, system_configs, rate_limit_buckets, api_key_usage_logs, audit_logs, operator_message_reads,
  message_notifications, transaction_records, usage_records, invoice_records, refund_payouts, refund_records, payment_quarantine,
  recharge_orders, operator_app_authorizations, application_authorization_requests, application_prices, applications, operation_sites,
  login_failures, auth_sessions, admin_accounts, operator_accounts;
