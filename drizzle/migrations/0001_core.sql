SET LOCAL lock_timeout = '500ms';

-- People ---------------------------------------------------------------------------------------------------------------

CREATE TABLE operator_accounts (
  id uuid PRIMARY KEY,
  username text COLLATE "C" NOT NULL,
  name text NOT NULL,
  phone text COLLATE "C" NOT NULL,
  email text COLLATE "C" NOT NULL,
  password_hash text COLLATE "C" NOT NULL,
  api_key_cipher bytea NOT NULL,
  api_key_version integer NOT NULL,
  api_key_sha256 bytea NOT NULL,
  api_key_generated_at timestamptz NOT NULL,
  balance_fen bigint NOT NULL DEFAULT 0,
  ledger_seq bigint NOT NULL DEFAULT 0,
  ledger_hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
  total_recharged_fen bigint NOT NULL DEFAULT 0,
  total_consumed_fen bigint NOT NULL DEFAULT 0,
  total_refunded_fen bigint NOT NULL DEFAULT 0,
  last_transaction_at timestamptz,
  category text NOT NULL DEFAULT 'trial',
  category_pinned boolean NOT NULL DEFAULT false,
  rate_limit_per_minute integer,
  rate_limit_burst integer,
  is_locked boolean NOT NULL DEFAULT false,
  locked_reason text,
  locked_at timestamptz,
  deactivated_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT operator_username_shape CHECK (username ~ '^[A-Za-z0-9_]{3,20}$'),
  CONSTRAINT operator_name_length CHECK (char_length(name) BETWEEN 2 AND 50),
  CONSTRAINT operator_phone_shape CHECK (phone ~ '^1[3-9][0-9]{9}$'),
  CONSTRAINT operator_email_length CHECK (char_length(email) BETWEEN 3 AND 128),
  CONSTRAINT operator_api_key_digest CHECK (octet_length(api_key_sha256) = 32),
  CONSTRAINT operator_balance_not_negative CHECK (balance_fen >= 0),
  CONSTRAINT operator_totals_not_negative CHECK (total_recharged_fen >= 0 AND total_consumed_fen >= 0 AND total_refunded_fen >= 0),
  CONSTRAINT operator_ledger_head CHECK (ledger_seq >= 0 AND octet_length(ledger_hash) = 32),
  CONSTRAINT operator_category CHECK (category IN ('trial', 'normal', 'vip')),
  CONSTRAINT operator_rate_limit CHECK (rate_limit_per_minute BETWEEN 1 AND 1000000 AND rate_limit_burst BETWEEN 1 AND 1000000),
  CONSTRAINT operator_lock_explained CHECK (is_locked = (locked_at IS NOT NULL) AND is_locked = (locked_reason IS NOT NULL)),
  CONSTRAINT operator_closed_empty CHECK (deactivated_at IS NULL OR balance_fen = 0)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX operator_accounts_username_key ON operator_accounts (lower(username));
CREATE UNIQUE INDEX operator_accounts_api_key_key ON operator_accounts (api_key_sha256);

CREATE TABLE admin_accounts (
  id uuid PRIMARY KEY,
  username text COLLATE "C" NOT NULL,
  name text NOT NULL,
  password_hash text COLLATE "C" NOT NULL,
  role text NOT NULL,
  finance_grade text,
  permissions text[] NOT NULL DEFAULT '{}',
  totp_cipher bytea,
  totp_version integer,
  totp_last_step bigint,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT admin_username_shape CHECK (username ~ '^[A-Za-z0-9_.-]{3,64}$'),
  CONSTRAINT admin_name_length CHECK (char_length(name) BETWEEN 1 AND 50),
  CONSTRAINT admin_role CHECK (role IN ('super_admin', 'admin', 'operator', 'finance', 'analyst')),
  CONSTRAINT admin_finance_grade CHECK ((role = 'finance') = (finance_grade IS NOT NULL) AND finance_grade IN ('specialist', 'manager', 'auditor')),
  CONSTRAINT admin_totp_version CHECK ((totp_cipher IS NULL) = (totp_version IS NULL))
);
CREATE UNIQUE INDEX admin_accounts_username_key ON admin_accounts (lower(username));

CREATE TABLE auth_sessions (
  id uuid PRIMARY KEY,
  operator_id uuid REFERENCES operator_accounts (id),
  admin_id uuid REFERENCES admin_accounts (id),
  door text NOT NULL,
  token_sha256 bytea NOT NULL UNIQUE,
  ip text COLLATE "C" NOT NULL,
  user_agent text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  CONSTRAINT session_one_subject CHECK (num_nonnulls(operator_id, admin_id) = 1),
  CONSTRAINT session_door CHECK (door IN ('api', 'pages')),
  CONSTRAINT session_token_digest CHECK (octet_length(token_sha256) = 32),
  CONSTRAINT session_expiry CHECK (expires_at > created_at)
);
CREATE INDEX auth_sessions_operator ON auth_sessions (operator_id, created_at) WHERE operator_id IS NOT NULL;
CREATE INDEX auth_sessions_admin ON auth_sessions (admin_id, created_at) WHERE admin_id IS NOT NULL;
CREATE INDEX auth_sessions_expiry ON auth_sessions (expires_at);

CREATE TABLE login_failures (
  id uuid PRIMARY KEY,
  realm text NOT NULL,
  username text COLLATE "C" NOT NULL,
  ip text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  CONSTRAINT login_failure_realm CHECK (realm IN ('operator', 'staff'))
);
CREATE INDEX login_failures_account ON login_failures (realm, username, at);
CREATE INDEX login_failures_ip ON login_failures (ip, at);

-- Places and games -----------------------------------------------------------------------------------------------------

CREATE TABLE operation_sites (
  id uuid PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  name text NOT NULL,
  address text NOT NULL,
  description text,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT site_name_length CHECK (char_length(name) BETWEEN 2 AND 50),
  CONSTRAINT site_address_length CHECK (char_length(address) BETWEEN 5 AND 200),
  CONSTRAINT site_description_length CHECK (char_length(description) <= 500),
  CONSTRAINT operation_sites_owner UNIQUE (operator_id, id)
);
CREATE INDEX operation_sites_operator ON operation_sites (operator_id, deleted_at);

CREATE TABLE applications (
  id uuid PRIMARY KEY,
  app_name text NOT NULL UNIQUE,
  unit_price_fen bigint NOT NULL,
  min_players integer NOT NULL,
  max_players integer NOT NULL,
  description text,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT application_name_length CHECK (char_length(app_name) BETWEEN 2 AND 50),
  CONSTRAINT application_price CHECK (unit_price_fen BETWEEN 1 AND 999999),
  CONSTRAINT application_players CHECK (1 <= min_players AND min_players <= max_players AND max_players <= 100),
  CONSTRAINT application_description_length CHECK (char_length(description) <= 500)
);

CREATE TABLE application_prices (
  id uuid PRIMARY KEY,
  application_id uuid NOT NULL REFERENCES applications (id),
  old_price_fen bigint NOT NULL,
  new_price_fen bigint NOT NULL,
  reason text,
  changed_by uuid NOT NULL REFERENCES admin_accounts (id),
  changed_at timestamptz NOT NULL,
  CONSTRAINT price_changed CHECK (old_price_fen <> new_price_fen),
  CONSTRAINT price_range CHECK (old_price_fen BETWEEN 1 AND 999999 AND new_price_fen BETWEEN 1 AND 999999),
  CONSTRAINT price_reason_length CHECK (char_length(reason) <= 200)
);
CREATE INDEX application_prices_application ON application_prices (application_id, changed_at);

CREATE TABLE application_authorization_requests (
  id uuid PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  application_id uuid NOT NULL REFERENCES applications (id),
  reason text NOT NULL,
  status text NOT NULL DEFAULT 'pending',
  reviewed_by uuid REFERENCES admin_accounts (id),
  reviewed_at timestamptz,
  review_note text,
  reject_reason text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT request_reason_length CHECK (char_length(reason) BETWEEN 10 AND 500),
  CONSTRAINT request_status CHECK (status IN ('pending', 'approved', 'rejected')),
  CONSTRAINT request_reviewed CHECK ((status = 'pending') = (reviewed_by IS NULL) AND (reviewed_by IS NULL) = (reviewed_at IS NULL)),
  CONSTRAINT request_reject_reason CHECK ((status = 'rejected') = (reject_reason IS NOT NULL) AND char_length(reject_reason) BETWEEN 10 AND 200),
  CONSTRAINT request_owner UNIQUE (operator_id, application_id, id)
);
CREATE UNIQUE INDEX one_pending_request_per_pair ON application_authorization_requests (operator_id, application_id) WHERE status = 'pending';
CREATE INDEX application_requests_status ON application_authorization_requests (status, created_at);

CREATE TABLE operator_app_authorizations (
  id uuid PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  application_id uuid NOT NULL REFERENCES applications (id),
  request_id uuid,
  authorized_by uuid NOT NULL REFERENCES admin_accounts (id),
  authorized_at timestamptz NOT NULL,
  expires_at timestamptz,
  note text,
  revoked_at timestamptz,
  revoked_by uuid REFERENCES admin_accounts (id),
  revoke_reason text,
  CONSTRAINT authorization_expiry CHECK (expires_at > authorized_at),
  CONSTRAINT authorization_note_length CHECK (char_length(note) <= 200),
  CONSTRAINT authorization_revoked CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoke_reason IS NULL OR revoked_at IS NOT NULL)),
  CONSTRAINT authorization_request FOREIGN KEY (operator_id, application_id, request_id)
    REFERENCES application_authorization_requests (operator_id, application_id, id)
);
CREATE UNIQUE INDEX one_authorization_per_pair ON operator_app_authorizations (operator_id, application_id) WHERE revoked_at IS NULL;
CREATE INDEX authorizations_application ON operator_app_authorizations (application_id, operator_id);

-- Money in and out -----------------------------------------------------------------------------------------------------

CREATE TABLE recharge_orders (
  id uuid PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  amount_fen bigint NOT NULL,
  payment_method text NOT NULL,
  status text NOT NULL DEFAULT 'pending',
  qr_code_url text,
  payment_url text,
  provider_txn_id text COLLATE "C",
  paid_at timestamptz,
  late boolean NOT NULL DEFAULT false,
  query_failures integer NOT NULL DEFAULT 0,
  error_message text,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT order_amount CHECK (amount_fen BETWEEN 1000 AND 1000000),
  CONSTRAINT order_method CHECK (payment_method IN ('wechat', 'alipay', 'bank')),
  CONSTRAINT order_status CHECK (status IN ('pending', 'success', 'failed', 'expired', 'abnormal')),
  CONSTRAINT order_paid CHECK ((status = 'success') = (paid_at IS NOT NULL) AND (status <> 'success' OR provider_txn_id IS NOT NULL)),
  CONSTRAINT order_late CHECK (NOT late OR status = 'success'),
  CONSTRAINT order_expiry CHECK (expires_at > created_at),
  CONSTRAINT one_order_per_payment UNIQUE (payment_method, provider_txn_id),
  CONSTRAINT recharge_orders_owner UNIQUE (operator_id, id)
);
CREATE INDEX recharge_orders_operator ON recharge_orders (operator_id, created_at);
CREATE INDEX recharge_orders_open ON recharge_orders (created_at) WHERE status IN ('pending', 'abnormal');

CREATE TABLE payment_quarantine (
  id uuid PRIMARY KEY,
  channel text NOT NULL,
  provider_txn_id text COLLATE "C" NOT NULL,
  payload jsonb NOT NULL,
  cause text NOT NULL,
  status text NOT NULL DEFAULT 'open',
  resolution text,
  resolved_by uuid REFERENCES admin_accounts (id),
  resolved_at timestamptz,
  created_at timestamptz NOT NULL,
  CONSTRAINT quarantine_channel CHECK (channel IN ('wechat', 'alipay', 'bank')),
  CONSTRAINT quarantine_status CHECK (status IN ('open', 'credited', 'returned', 'dismissed')),
  CONSTRAINT quarantine_resolved CHECK ((status = 'open') = (resolved_by IS NULL) AND (resolved_by IS NULL) = (resolved_at IS NULL)
    AND (resolved_by IS NULL) = (resolution IS NULL)),
  CONSTRAINT one_quarantine_per_payment UNIQUE (channel, provider_txn_id)
);

CREATE TABLE refund_records (
  id uuid PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  requested_fen bigint NOT NULL,
  actual_fen bigint,
  reason text NOT NULL,
  status text NOT NULL DEFAULT 'pending',
  review_stage integer NOT NULL DEFAULT 1,
  first_reviewer uuid REFERENCES admin_accounts (id),
  second_reviewer uuid REFERENCES admin_accounts (id),
  reviewed_at timestamptz,
  reject_reason text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT refund_requested CHECK (requested_fen > 0),
  CONSTRAINT refund_actual CHECK (actual_fen BETWEEN 1 AND requested_fen AND (status = 'approved') = (actual_fen IS NOT NULL)),
  CONSTRAINT refund_reason_length CHECK (char_length(reason) BETWEEN 10 AND 500),
  CONSTRAINT refund_status CHECK (status IN ('pending', 'approved', 'rejected', 'cancelled')),
  CONSTRAINT refund_stage CHECK (review_stage IN (1, 2) AND (review_stage = 1 OR first_reviewer IS NOT NULL)),
  CONSTRAINT refund_two_persons CHECK (first_reviewer <> second_reviewer),
  CONSTRAINT refund_reviewed CHECK (status NOT IN ('approved', 'rejected') OR (first_reviewer IS NOT NULL AND reviewed_at IS NOT NULL)),
  CONSTRAINT refund_reject_reason CHECK ((status = 'rejected') = (reject_reason IS NOT NULL) AND char_length(reject_reason) BETWEEN 10 AND 200),
  CONSTRAINT refund_records_owner UNIQUE (operator_id, id)
);
CREATE INDEX refund_records_operator ON refund_records (operator_id, created_at);
CREATE INDEX refund_records_status ON refund_records (status, created_at);

CREATE TABLE refund_payouts (
  id uuid PRIMARY KEY,
  refund_id uuid NOT NULL REFERENCES refund_records (id),
  order_id uuid REFERENCES recharge_orders (id),
  out_refund_no text COLLATE "C" NOT NULL UNIQUE,
  amount_fen bigint NOT NULL,
  channel text NOT NULL,
  status text NOT NULL DEFAULT 'processing',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT payout_amount CHECK (amount_fen > 0),
  CONSTRAINT payout_channel CHECK (channel IN ('wechat', 'alipay', 'bank') AND (channel = 'bank' OR order_id IS NOT NULL)),
  CONSTRAINT payout_status CHECK (status IN ('processing', 'completed', 'abnormal'))
);
CREATE INDEX refund_payouts_refund ON refund_payouts (refund_id);
CREATE INDEX refund_payouts_order ON refund_payouts (order_id);

CREATE TABLE invoice_records (
  id uuid PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  invoice_type text NOT NULL,
  amount_fen bigint NOT NULL,
  invoice_title text NOT NULL,
  tax_id text COLLATE "C" NOT NULL,
  email text COLLATE "C" NOT NULL,
  bank_name text,
  bank_account text,
  company_address text,
  company_phone text,
  status text NOT NULL DEFAULT 'pending',
  number text COLLATE "C" UNIQUE,
  pdf_path text,
  pdf_sha256 bytea,
  reviewed_by uuid REFERENCES admin_accounts (id),
  reviewed_at timestamptz,
  reject_reason text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT invoice_type CHECK (invoice_type IN ('vat_normal', 'vat_special')),
  CONSTRAINT invoice_amount CHECK (amount_fen > 0),
  CONSTRAINT invoice_title_length CHECK (char_length(invoice_title) BETWEEN 2 AND 128),
  CONSTRAINT invoice_tax_id CHECK (tax_id ~ '^[A-Z0-9]{15,20}$'),
  CONSTRAINT invoice_special_fields CHECK (invoice_type = 'vat_normal' OR num_nulls(bank_name, bank_account, company_address, company_phone) = 0),
  CONSTRAINT invoice_status CHECK (status IN ('pending', 'approved', 'rejected', 'cancelled')),
  CONSTRAINT invoice_issued CHECK ((status = 'approved') = (number IS NOT NULL) AND (number IS NULL) = (pdf_path IS NULL) AND (number IS NULL) = (pdf_sha256 IS NULL)),
  CONSTRAINT invoice_reviewed CHECK ((status IN ('approved', 'rejected')) = (reviewed_by IS NOT NULL) AND (reviewed_by IS NULL) = (reviewed_at IS NULL)),
  CONSTRAINT invoice_reject_reason CHECK ((status = 'rejected') = (reject_reason IS NOT NULL) AND char_length(reject_reason) BETWEEN 10 AND 200)
);
CREATE INDEX invoice_records_operator ON invoice_records (operator_id, created_at);
CREATE INDEX invoice_records_status ON invoice_records (status, created_at);

-- Games played and the journal -----------------------------------------------------------------------------------------

CREATE TABLE usage_records (
  id uuid PRIMARY KEY,
  operator_id uuid NOT NULL,
  site_id uuid NOT NULL,
  application_id uuid NOT NULL REFERENCES applications (id),
  session_id text COLLATE "C" NOT NULL,
  request_hash bytea NOT NULL,
  app_name text NOT NULL,
  player_count integer NOT NULL,
  unit_price_fen bigint NOT NULL,
  total_fen bigint NOT NULL,
  authorization_token uuid NOT NULL,
  ledger_seq bigint NOT NULL,
  balance_after_fen bigint NOT NULL,
  client_ip text COLLATE "C" NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  duration_s integer,
  estimated boolean,
  CONSTRAINT one_usage_per_session UNIQUE (operator_id, session_id),
  CONSTRAINT usage_site_of_operator FOREIGN KEY (operator_id, site_id) REFERENCES operation_sites (operator_id, id),
  CONSTRAINT usage_session_length CHECK (char_length(session_id) <= 128),
  CONSTRAINT usage_request_digest CHECK (octet_length(request_hash) = 32),
  CONSTRAINT usage_players CHECK (player_count BETWEEN 1 AND 100),
  CONSTRAINT usage_total CHECK (unit_price_fen > 0 AND total_fen = player_count * unit_price_fen),
  CONSTRAINT usage_balance CHECK (balance_after_fen >= 0),
  CONSTRAINT usage_ended CHECK (num_nulls(ended_at, duration_s, estimated) IN (0, 3) AND duration_s BETWEEN 0 AND 86400)
);
CREATE INDEX usage_records_operator ON usage_records (operator_id, started_at);
CREATE INDEX usage_records_site ON usage_records (site_id, started_at);
CREATE INDEX usage_records_application ON usage_records (application_id, started_at);

-- The chart of accounts and the direction of each kind stand in src/ledger/chart.ts; this CHECK repeats them for every writer.
CREATE TABLE transaction_records (
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  seq bigint NOT NULL,
  id uuid NOT NULL UNIQUE,
  type text COLLATE "C" NOT NULL,
  debit_account text COLLATE "C" NOT NULL,
  credit_account text COLLATE "C" NOT NULL,
  amount_fen bigint NOT NULL,
  balance_before_fen bigint NOT NULL,
  balance_after_fen bigint NOT NULL,
  usage_id uuid,
  order_id uuid,
  refund_id uuid,
  corrects_id uuid REFERENCES transaction_records (id),
  description text NOT NULL,
  created_at timestamptz NOT NULL,
  prev_hash bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (operator_id, seq),
  CONSTRAINT transaction_seq CHECK (seq > 0),
  CONSTRAINT transaction_amount CHECK (amount_fen > 0),
  CONSTRAINT transaction_balance CHECK (balance_before_fen >= 0 AND balance_after_fen >= 0 AND balance_after_fen = balance_before_fen
    + CASE WHEN credit_account = 'operator' THEN amount_fen ELSE 0 END - CASE WHEN debit_account = 'operator' THEN amount_fen ELSE 0 END),
  CONSTRAINT transaction_chart CHECK (
       (type = 'consumption' AND debit_account = 'operator' AND credit_account = 'revenue')
    OR (type = 'recharge' AND debit_account IN ('clearing:wechat', 'clearing:alipay', 'clearing:bank') AND credit_account = 'operator')
    OR (type = 'refund' AND debit_account = 'operator' AND credit_account = 'refund_payable')
    OR (type = 'refund_payout' AND debit_account = 'refund_payable' AND credit_account IN ('clearing:wechat', 'clearing:alipay', 'clearing:bank'))
    OR (type = 'adjustment' AND debit_account = 'adjustments' AND credit_account = 'operator')
    OR (type = 'adjustment' AND debit_account = 'operator' AND credit_account = 'adjustments')
  ),
  CONSTRAINT transaction_reference CHECK (
    (type = 'consumption') = (usage_id IS NOT NULL) AND (type = 'recharge') = (order_id IS NOT NULL)
    AND (type IN ('refund', 'refund_payout')) = (refund_id IS NOT NULL) AND (corrects_id IS NULL OR type = 'adjustment')),
  CONSTRAINT transaction_description_length CHECK (char_length(description) BETWEEN 1 AND 500),
  CONSTRAINT transaction_digests CHECK (octet_length(prev_hash) = 32 AND octet_length(hash) = 32),
  CONSTRAINT transaction_order_of_operator FOREIGN KEY (operator_id, order_id) REFERENCES recharge_orders (operator_id, id),
  CONSTRAINT transaction_refund_of_operator FOREIGN KEY (operator_id, refund_id) REFERENCES refund_records (operator_id, id)
);
CREATE UNIQUE INDEX one_debit_per_usage ON transaction_records (usage_id) WHERE usage_id IS NOT NULL;
CREATE UNIQUE INDEX one_credit_per_order ON transaction_records (order_id) WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX one_debit_per_refund ON transaction_records (refund_id) WHERE type = 'refund';
CREATE INDEX transaction_records_time ON transaction_records (created_at);
-- Every game has its debit: the two are written in one transaction, so the check waits for COMMIT.
ALTER TABLE usage_records ADD CONSTRAINT usage_has_debit FOREIGN KEY (operator_id, ledger_seq)
  REFERENCES transaction_records (operator_id, seq) DEFERRABLE INITIALLY DEFERRED;

-- What is told, watched and set ----------------------------------------------------------------------------------------

CREATE TABLE message_notifications (
  id uuid PRIMARY KEY,
  type text NOT NULL,
  title text NOT NULL,
  content text NOT NULL,
  priority text NOT NULL DEFAULT 'normal',
  target text NOT NULL,
  target_category text,
  target_operator_id uuid REFERENCES operator_accounts (id),
  related_id uuid,
  created_at timestamptz NOT NULL,
  CONSTRAINT message_type CHECK (type IN ('system', 'price_change', 'balance_low', 'authorization', 'refund', 'invoice', 'security')),
  CONSTRAINT message_priority CHECK (priority IN ('low', 'normal', 'high')),
  CONSTRAINT message_target CHECK (
       (target = 'all' AND num_nonnulls(target_category, target_operator_id) = 0)
    OR (target = 'tier' AND target_category IN ('trial', 'normal', 'vip') AND target_operator_id IS NULL)
    OR (target = 'specific' AND target_operator_id IS NOT NULL AND target_category IS NULL))
);
CREATE INDEX message_notifications_operator ON message_notifications (target_operator_id, created_at) WHERE target = 'specific';
CREATE INDEX message_notifications_shared ON message_notifications (created_at) WHERE target <> 'specific';

CREATE TABLE operator_message_reads (
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  message_id uuid NOT NULL REFERENCES message_notifications (id),
  read_at timestamptz NOT NULL,
  PRIMARY KEY (operator_id, message_id)
);

CREATE TABLE audit_logs (
  seq bigint PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  actor_kind text NOT NULL,
  actor_id uuid,
  actor_name text NOT NULL,
  actor_role text NOT NULL,
  operation text COLLATE "C" NOT NULL,
  target_kind text,
  target_id text COLLATE "C",
  details jsonb NOT NULL,
  ip text COLLATE "C",
  user_agent text,
  request_id text COLLATE "C",
  created_at timestamptz NOT NULL,
  prev_hash bytea NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT audit_seq CHECK (seq > 0),
  CONSTRAINT audit_actor CHECK (actor_kind IN ('operator', 'staff', 'system')),
  CONSTRAINT audit_digests CHECK (octet_length(prev_hash) = 32 AND octet_length(hash) = 32)
);
CREATE INDEX audit_logs_actor ON audit_logs (actor_id, created_at);
CREATE INDEX audit_logs_operation ON audit_logs (operation, created_at);
CREATE INDEX audit_logs_target ON audit_logs (target_id, created_at);

CREATE TABLE api_key_usage_logs (
  at timestamptz NOT NULL,
  request_id uuid NOT NULL,
  operation text COLLATE "C" NOT NULL,
  key_sha256 bytea,
  operator_id uuid,
  site_id uuid,
  application_id uuid,
  session_id text COLLATE "C",
  result text COLLATE "C" NOT NULL,
  code text COLLATE "C",
  ip text COLLATE "C" NOT NULL,
  user_agent text NOT NULL,
  duration_us integer NOT NULL,
  CONSTRAINT api_log_result CHECK (result IN ('accepted', 'replayed', 'refused') AND (result = 'refused') = (code IS NOT NULL)),
  CONSTRAINT api_log_operation CHECK (operation IN ('authorize', 'pre_authorize', 'game_sites', 'game_applications', 'session_end'))
) PARTITION BY RANGE (at);
CREATE TABLE api_key_usage_logs_default PARTITION OF api_key_usage_logs DEFAULT;
CREATE INDEX api_key_usage_logs_operator ON api_key_usage_logs (operator_id, at);
CREATE INDEX api_key_usage_logs_time ON api_key_usage_logs USING brin (at);

CREATE TABLE rate_limit_buckets (
  operator_id uuid PRIMARY KEY REFERENCES operator_accounts (id),
  full_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE system_configs (
  key text COLLATE "C" PRIMARY KEY,
  value text NOT NULL,
  type text NOT NULL,
  min text,
  max text,
  editable boolean NOT NULL DEFAULT true,
  updated_by uuid REFERENCES admin_accounts (id),
  updated_at timestamptz NOT NULL,
  CONSTRAINT config_type CHECK (type IN ('integer', 'money', 'text', 'boolean'))
);

CREATE TABLE job_runs (
  job text COLLATE "C" NOT NULL,
  scheduled_for timestamptz NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  status text NOT NULL DEFAULT 'running',
  result jsonb,
  error text,
  PRIMARY KEY (job, scheduled_for),
  CONSTRAINT job_status CHECK (status IN ('running', 'ok', 'failed') AND (status = 'running') = (finished_at IS NULL))
);

CREATE TABLE ledger_proofs (
  id uuid PRIMARY KEY,
  scope text NOT NULL,
  operators integer NOT NULL,
  transactions bigint NOT NULL,
  drift_fen bigint NOT NULL,
  findings jsonb NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  CONSTRAINT proof_scope CHECK (scope IN ('touched', 'full'))
);
CREATE INDEX ledger_proofs_time ON ledger_proofs (finished_at);
