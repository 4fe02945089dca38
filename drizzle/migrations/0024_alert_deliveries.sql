SET LOCAL lock_timeout = '500ms';

-- When people were told that an alert is there and that it is over, and how often they were reminded.
ALTER TABLE alerts
  ADD COLUMN told_at timestamptz,
  ADD COLUMN end_told_at timestamptz,
  ADD COLUMN reminded_at timestamptz,
  ADD COLUMN reminders integer NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD CONSTRAINT alert_reminders CHECK (reminders >= 0 AND (reminders = 0) = (reminded_at IS NULL)) NOT VALID;
ALTER TABLE alerts VALIDATE CONSTRAINT alert_reminders;
-- What is over and was told of as open: of these people hear once more.
CREATE INDEX alerts_end_untold ON alerts (audience, closed_at) WHERE closed_at IS NOT NULL AND told_at IS NOT NULL AND end_told_at IS NULL;

-- One notice tells one audience of one or several alerts; a test tells of none.
CREATE TABLE alert_notices (
  id uuid PRIMARY KEY,
  occasion text COLLATE "C" NOT NULL,
  audience text COLLATE "C",
  requested_by uuid REFERENCES admin_accounts (id),
  created_at timestamptz NOT NULL,
  CONSTRAINT alert_notice_occasion CHECK (occasion IN ('opened', 'reminder', 'settled', 'test')),
  CONSTRAINT alert_notice_audience CHECK (
    CASE WHEN occasion = 'test' THEN audience IS NULL ELSE audience IS NOT NULL AND audience IN ('admin', 'finance', 'operations') END)
);
CREATE INDEX alert_notices_newest ON alert_notices (created_at);

CREATE TABLE alert_notice_alerts (
  notice_id uuid NOT NULL REFERENCES alert_notices (id) ON DELETE CASCADE,
  alert_id uuid NOT NULL REFERENCES alerts (id),
  PRIMARY KEY (notice_id, alert_id)
);
CREATE INDEX alert_notice_alerts_alert ON alert_notice_alerts (alert_id);

-- A notice on its way through one channel to one recipient; of a robot the recipient is its group, which has no name here.
CREATE TABLE alert_deliveries (
  id uuid PRIMARY KEY,
  notice_id uuid NOT NULL REFERENCES alert_notices (id) ON DELETE CASCADE,
  channel text COLLATE "C" NOT NULL,
  recipient text NOT NULL,
  status text COLLATE "C" NOT NULL DEFAULT 'queued',
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  CONSTRAINT alert_delivery_channel CHECK (channel IN ('mail', 'dingtalk', 'wecom')),
  CONSTRAINT alert_delivery_recipient CHECK ((channel = 'mail') = (recipient <> '') AND char_length(recipient) <= 320),
  CONSTRAINT alert_delivery_status CHECK (status IN ('queued', 'sent', 'failed', 'skipped') AND (status = 'queued') = (finished_at IS NULL)),
  CONSTRAINT alert_delivery_attempts CHECK (attempts >= 0),
  CONSTRAINT alert_delivery_error_length CHECK (char_length(last_error) BETWEEN 1 AND 500),
  CONSTRAINT one_delivery_per_recipient UNIQUE (notice_id, channel, recipient)
);
CREATE INDEX alert_deliveries_channel ON alert_deliveries (channel, id);

GRANT SELECT, INSERT ON alert_notice_alerts TO mr_app;
GRANT SELECT, INSERT, DELETE ON alert_notices TO mr_app;
GRANT SELECT, INSERT, UPDATE ON alert_deliveries TO mr_app;
