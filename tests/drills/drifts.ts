/** A drift of the live schema: what was done to it, and the finding that has to name it, as `kind name`. */
export type DriftFault = { fault: string; statement: string; named: string; probe?: RegExp; alone?: true }

/** What a careless administrator, a half-run migration or an intruder leaves behind. `alone`: it hides or changes what others would show. */
export const DRIFTS: DriftFault[] = [
  {
    fault: 'role CHECK without finance',
    statement: `ALTER TABLE admin_accounts DROP CONSTRAINT admin_role, ADD CONSTRAINT admin_role CHECK (role IN ('super_admin', 'admin', 'operator', 'analyst'))`,
    named: 'changed constraint admin_accounts.admin_role',
    probe: /admin_accounts\.role takes finance/,
  },
  {
    fault: 'value list that takes more',
    statement: `ALTER TABLE operator_accounts DROP CONSTRAINT operator_category, ADD CONSTRAINT operator_category CHECK (category <> '')`,
    named: 'changed constraint operator_accounts.operator_category',
    probe: /operator_accounts\.category takes nothing else/,
  },
  { fault: 'table missing', statement: 'DROP TABLE simulated_mails', named: 'missing table simulated_mails' },
  { fault: 'table too many', statement: 'CREATE TABLE notes (id integer)', named: 'extra table notes' },
  { fault: 'view too many', statement: 'CREATE VIEW rich AS SELECT id FROM operator_accounts', named: 'extra view rich' },
  {
    fault: 'column missing',
    statement: 'ALTER TABLE report_mails DROP COLUMN last_error',
    named: 'missing column report_mails.last_error',
  },
  { fault: 'column too many', statement: 'ALTER TABLE applications ADD COLUMN note text', named: 'extra column applications.note' },
  {
    fault: 'column of another type',
    statement: 'ALTER TABLE login_failures ALTER COLUMN ip TYPE varchar(64)',
    named: 'changed column login_failures.ip',
  },
  {
    fault: 'column of another collation',
    statement: 'ALTER TABLE auth_sessions ALTER COLUMN ip TYPE text COLLATE "default"',
    named: 'changed column auth_sessions.ip',
  },
  {
    fault: 'column that may be null',
    statement: 'ALTER TABLE usage_records ALTER COLUMN client_ip DROP NOT NULL',
    named: 'changed column usage_records.client_ip',
  },
  {
    fault: 'default lost',
    statement: 'ALTER TABLE scheduled_jobs ALTER COLUMN known_since DROP DEFAULT',
    named: 'changed column scheduled_jobs.known_since',
  },
  {
    fault: 'generated column that no longer is',
    statement: 'ALTER TABLE recharge_orders ALTER COLUMN out_trade_no DROP EXPRESSION',
    named: 'changed column recharge_orders.out_trade_no',
    probe: /recharge_orders/,
    alone: true,
  },
  {
    fault: 'CHECK missing',
    statement: 'ALTER TABLE operator_accounts DROP CONSTRAINT operator_balance_not_negative',
    named: 'missing constraint operator_accounts.operator_balance_not_negative',
  },
  {
    fault: 'UNIQUE missing',
    statement: 'ALTER TABLE usage_records DROP CONSTRAINT one_usage_per_session',
    named: 'missing constraint usage_records.one_usage_per_session',
    probe: /the same session twice/,
  },
  {
    fault: 'foreign key missing',
    statement: 'ALTER TABLE usage_records DROP CONSTRAINT usage_has_debit',
    named: 'missing constraint usage_records.usage_has_debit',
    probe: /a game without its debit/,
  },
  {
    fault: 'foreign key that is too narrow',
    statement:
      'ALTER TABLE payment_notifications ADD CONSTRAINT of_an_order FOREIGN KEY (channel, out_trade_no) REFERENCES recharge_orders (payment_method, out_trade_no)',
    named: 'extra constraint payment_notifications.of_an_order',
    probe: /payment_notifications\.channel takes alipay/,
  },
  {
    fault: 'foreign key that cascades',
    statement:
      'ALTER TABLE refund_transfers DROP CONSTRAINT refund_transfers_payout_id_fkey, ADD CONSTRAINT refund_transfers_payout_id_fkey FOREIGN KEY (payout_id) REFERENCES refund_payouts (id) ON DELETE CASCADE',
    named: 'changed constraint refund_transfers.refund_transfers_payout_id_fkey',
  },
  {
    fault: 'constraint that is not validated',
    statement:
      'ALTER TABLE usage_records DROP CONSTRAINT usage_players, ADD CONSTRAINT usage_players CHECK (player_count BETWEEN 1 AND 100) NOT VALID',
    named: 'changed constraint usage_records.usage_players',
  },
  {
    fault: 'foreign keys switched off',
    statement: 'ALTER TABLE invoice_tax_files DISABLE TRIGGER ALL',
    named: 'changed constraint invoice_tax_files.invoice_tax_files_invoice_id_fkey',
  },
  { fault: 'index missing', statement: 'DROP INDEX usage_records_site', named: 'missing index usage_records_site' },
  {
    fault: 'index over other columns',
    statement: 'DROP INDEX auth_sessions_expiry; CREATE INDEX auth_sessions_expiry ON auth_sessions (created_at)',
    named: 'changed index auth_sessions_expiry',
  },
  {
    fault: 'index that is invalid',
    statement: "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'login_failures_ip'::regclass",
    named: 'changed index login_failures_ip',
  },
  {
    fault: 'trigger missing',
    statement: 'DROP TRIGGER guard_balance ON operator_accounts',
    named: 'missing trigger operator_accounts.guard_balance',
    probe: /a balance changed without a journal row/,
  },
  {
    fault: 'trigger switched off',
    statement: 'ALTER TABLE transaction_records DISABLE TRIGGER append_only',
    named: 'changed trigger transaction_records.append_only',
    probe: /a changed journal row/,
  },
  {
    fault: 'rule that swallows rows',
    statement: 'CREATE RULE swallow AS ON INSERT TO mail_deliveries DO INSTEAD NOTHING',
    named: 'extra rule mail_deliveries.swallow',
  },
  {
    fault: 'event trigger',
    statement:
      "CREATE FUNCTION look() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER look ON ddl_command_end EXECUTE FUNCTION look()",
    named: 'extra event trigger look',
  },
  {
    fault: 'table that a crash empties',
    statement: 'ALTER TABLE low_balance_notices SET UNLOGGED',
    named: 'changed table low_balance_notices',
  },
  { fault: 'row level security', statement: 'ALTER TABLE exports ENABLE ROW LEVEL SECURITY', named: 'changed table exports' },
  { fault: 'policy', statement: 'CREATE POLICY own ON announcements USING (false)', named: 'extra policy announcements.own' },
  {
    fault: 'table that only looks like a partition',
    statement: 'CREATE TABLE transaction_records_y2026m01 () INHERITS (transaction_records)',
    named: 'extra table transaction_records_y2026m01',
  },
  {
    fault: 'function with other words',
    statement: `CREATE OR REPLACE FUNCTION guard_refund() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
    named: 'changed function guard_refund()',
  },
  { fault: 'function missing', statement: 'DROP FUNCTION free_work(text[])', named: 'missing function free_work(hands text[])' },
  {
    fault: 'function that trusts any search path',
    statement: 'ALTER FUNCTION enqueue_work(text, json, text) RESET search_path',
    named: 'changed function enqueue_work(task text, payload json, key text)',
  },
  {
    fault: 'function without its rights',
    statement: 'ALTER FUNCTION follow_journal() SECURITY INVOKER',
    named: 'changed function follow_journal()',
    probe: /the application (recharges|charges)/,
  },
  {
    fault: 'function that everybody may call',
    statement: 'GRANT EXECUTE ON FUNCTION drop_request_log_partitions(date) TO PUBLIC',
    named: 'changed function drop_request_log_partitions(before date)',
  },
  { fault: 'right too many', statement: 'GRANT UPDATE ON transaction_records TO mr_app', named: 'changed grant transaction_records' },
  {
    fault: 'right on a column too many',
    statement: 'GRANT UPDATE (balance_fen) ON operator_accounts TO mr_app',
    named: 'extra grant operator_accounts.balance_fen',
    probe: /may not: UPDATE operator_accounts SET balance_fen/,
    alone: true,
  },
  {
    fault: 'right missing',
    statement: 'REVOKE INSERT ON message_notifications FROM mr_app',
    named: 'changed grant message_notifications',
    probe: /the application recharges a balance/,
  },
  {
    fault: 'right of everybody',
    statement: 'GRANT SELECT ON operator_accounts TO PUBLIC',
    named: 'extra grant operator_accounts to PUBLIC',
  },
  { fault: 'right of a stranger', statement: 'GRANT UPDATE ON audit_logs TO pg_monitor', named: 'extra grant audit_logs to pg_monitor' },
  {
    fault: 'rights for what is made later',
    statement: 'ALTER DEFAULT PRIVILEGES GRANT UPDATE ON TABLES TO mr_app',
    named: 'extra grant default r',
  },
  {
    fault: 'everybody may create',
    statement: 'GRANT CREATE ON SCHEMA public TO PUBLIC',
    named: 'extra grant schema public to PUBLIC',
    alone: true,
  },
  { fault: 'table of another owner', statement: 'ALTER TABLE finance_reports OWNER TO pg_monitor', named: 'changed table finance_reports' },
  {
    fault: 'table that the application owns',
    statement: 'ALTER TABLE application_prices OWNER TO mr_app',
    named: 'changed table application_prices',
    alone: true,
  },
  {
    fault: 'database without triggers',
    statement: `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET session_replication_role = replica', current_database()); END $$`,
    named: 'extra setting session_replication_role',
    probe: /a balance changed without a journal row/,
    alone: true,
  },
  {
    fault: 'queue of another version',
    statement: 'DROP FUNCTION graphile_worker.reschedule_jobs',
    named: 'missing queue function reschedule_jobs',
  },
  { fault: 'queue missing', statement: 'DROP SCHEMA graphile_worker CASCADE', named: 'missing queue table _private_jobs', alone: true },
  {
    fault: 'migration not applied',
    statement: "DELETE FROM schema_migrations WHERE id = '0022_invoice_reversals'",
    named: 'missing 0022_invoice_reversals',
    alone: true,
  },
  {
    fault: 'migration applied with other content',
    statement: "UPDATE schema_migrations SET sha256 = 'x' WHERE id = '0002_guards'",
    named: 'changed 0002_guards',
  },
  {
    fault: 'partitions missing',
    statement: "UPDATE schema_migrations SET applied_at = now() - interval '2 days'",
    named: 'missing partition of api_key_usage_logs from ',
  },
  {
    fault: 'report schedule missing',
    statement: "DELETE FROM report_schedules WHERE report_type = 'daily'",
    named: 'missing report schedule daily',
  },
  {
    fault: 'permission that nobody knows',
    statement: `INSERT INTO admin_accounts (id, username, name, password_hash, role, permissions, created_at, updated_at)
      VALUES (gen_random_uuid(), 'flyer', '测试', 'none', 'admin', '{operator:fly}', now(), now())`,
    named: 'extra permission operator:fly of flyer',
  },
]
