SET LOCAL lock_timeout = '500ms';

-- What a message is about, so that its id is shown with the right prefix and the reader is led to the right page.
ALTER TABLE message_notifications ADD COLUMN related_kind text,
  ADD CONSTRAINT message_related CHECK (related_kind IS NULL OR (related_id IS NOT NULL AND related_kind IN
    ('application', 'authorization', 'request', 'announcement', 'transaction', 'order', 'refund', 'invoice')));

-- Said once to many. Its messages (one for all, one for a tier, or one for each chosen operator) point here.
CREATE TABLE announcements (
  id uuid PRIMARY KEY,
  title text NOT NULL,
  content text NOT NULL,
  target text NOT NULL,
  target_category text,
  recipients_count integer NOT NULL,
  published_by uuid NOT NULL REFERENCES admin_accounts (id),
  published_at timestamptz NOT NULL,
  CONSTRAINT announcement_words CHECK (char_length(title) BETWEEN 2 AND 100 AND char_length(content) BETWEEN 10 AND 2000),
  CONSTRAINT announcement_target CHECK (
       (target IN ('all', 'specific') AND target_category IS NULL)
    OR (target = 'tier' AND target_category IN ('trial', 'normal', 'vip'))),
  CONSTRAINT announcement_recipients CHECK (recipients_count >= 0)
);
CREATE INDEX announcements_newest ON announcements (published_at);

-- Only what an operator has chosen differently. Security always comes by mail too, so nobody can choose about it.
CREATE TABLE message_preferences (
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  type text NOT NULL,
  by_mail boolean NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (operator_id, type),
  CONSTRAINT preference_type CHECK (type IN ('system', 'price_change', 'balance_low', 'authorization', 'refund', 'invoice'))
);

-- The last low-balance message of an operator. While recovered_at is null the balance has not been above the threshold since.
CREATE TABLE low_balance_notices (
  operator_id uuid PRIMARY KEY REFERENCES operator_accounts (id),
  notified_at timestamptz NOT NULL,
  recovered_at timestamptz,
  CONSTRAINT recovered_later CHECK (recovered_at >= notified_at)
);

-- Which notices of an authorisation's end have been given: seven days before, one day before, at its end. A new end begins anew.
CREATE TABLE authorization_expiry_notices (
  authorization_id uuid NOT NULL REFERENCES operator_app_authorizations (id),
  expires_at timestamptz NOT NULL,
  days_before smallint NOT NULL,
  notified_at timestamptz NOT NULL,
  PRIMARY KEY (authorization_id, expires_at, days_before),
  CONSTRAINT notice_days CHECK (days_before IN (7, 1, 0))
);
CREATE INDEX authorizations_ending ON operator_app_authorizations (expires_at) WHERE revoked_at IS NULL AND expires_at IS NOT NULL;

-- One mail for each message and operator at most. The work of sending waits in graphile_worker, put there by the same transaction.
CREATE TABLE mail_deliveries (
  message_id uuid NOT NULL REFERENCES message_notifications (id),
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  status text NOT NULL DEFAULT 'queued',
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (message_id, operator_id),
  CONSTRAINT delivery_status CHECK (status IN ('queued', 'sent', 'failed', 'skipped')),
  CONSTRAINT delivery_finished CHECK ((status = 'queued') = (finished_at IS NULL)),
  CONSTRAINT delivery_attempts CHECK (attempts >= 0)
);
CREATE INDEX mail_deliveries_operator ON mail_deliveries (operator_id, created_at);
CREATE INDEX mail_deliveries_open ON mail_deliveries (created_at) WHERE status IN ('queued', 'failed');

-- Where mails go on a developer's machine: a page shows them. The newest are kept.
CREATE TABLE simulated_mails (
  id uuid PRIMARY KEY,
  recipient text NOT NULL,
  subject text NOT NULL,
  content text NOT NULL,
  created_at timestamptz NOT NULL
);

-- Puts work into graphile_worker. mr_app has no right in that schema: this function is all it can do there.
CREATE FUNCTION enqueue_work(task text, payload json, key text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF task !~ '^[a-z][a-z_]{1,40}$' OR char_length(key) NOT BETWEEN 1 AND 200 OR octet_length(payload::text) > 10000 THEN
    RAISE EXCEPTION 'work must have a known shape' USING ERRCODE = '22023';
  END IF;
  PERFORM graphile_worker.add_job(task, payload, max_attempts => 10, job_key => task || ':' || key);
END $$;
REVOKE ALL ON FUNCTION enqueue_work(text, json, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enqueue_work(text, json, text) TO mr_app;

GRANT SELECT, INSERT ON announcements, authorization_expiry_notices TO mr_app;
GRANT SELECT, INSERT, UPDATE ON message_preferences, low_balance_notices, mail_deliveries TO mr_app;
GRANT SELECT, INSERT, DELETE ON simulated_mails TO mr_app;
