SET LOCAL lock_timeout = '500ms';

-- Web and workers act as this role. It owns nothing: it cannot change a balance, a journal row or an audit row, whatever the code does.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mr_app') THEN
    CREATE ROLE mr_app NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of the cluster was migrated at the same moment
END $$;

GRANT USAGE ON SCHEMA public TO mr_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO mr_app;
REVOKE UPDATE, DELETE ON transaction_records, audit_logs, application_prices, ledger_proofs FROM mr_app;
REVOKE DELETE ON operator_accounts, admin_accounts, operation_sites, applications, application_authorization_requests,
  operator_app_authorizations, recharge_orders, payment_quarantine, refund_records, refund_payouts, invoice_records, usage_records,
  message_notifications, api_key_usage_logs, api_key_usage_logs_default, system_configs, job_runs FROM mr_app;
REVOKE UPDATE ON usage_records, api_key_usage_logs, api_key_usage_logs_default, operator_accounts FROM mr_app;
GRANT UPDATE (ended_at, duration_s, estimated) ON usage_records TO mr_app;
GRANT UPDATE (username, name, phone, email, password_hash, api_key_cipher, api_key_version, api_key_sha256, api_key_generated_at, category,
  category_pinned, rate_limit_per_minute, rate_limit_burst, is_locked, locked_reason, locked_at, deactivated_at, updated_at)
  ON operator_accounts TO mr_app;
