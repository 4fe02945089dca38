SET LOCAL lock_timeout = '500ms';

-- A price that comes into force later. One waits for each game at most; the job that puts it in force and whoever takes it back meet at
-- this row. What was said to operators does not change, so only the end of a row may be written.
CREATE TABLE application_price_schedules (
  id uuid PRIMARY KEY,
  application_id uuid NOT NULL REFERENCES applications (id),
  old_price_fen bigint NOT NULL,
  new_price_fen bigint NOT NULL,
  reason text,
  effective_at timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'scheduled',
  scheduled_by uuid NOT NULL REFERENCES admin_accounts (id),
  scheduled_at timestamptz NOT NULL,
  finished_at timestamptz,
  cancelled_by uuid REFERENCES admin_accounts (id),
  price_id uuid UNIQUE REFERENCES application_prices (id),
  CONSTRAINT scheduled_price_range CHECK (old_price_fen BETWEEN 1 AND 999999 AND new_price_fen BETWEEN 1 AND 999999),
  CONSTRAINT scheduled_price_reason_length CHECK (char_length(reason) <= 200),
  CONSTRAINT scheduled_price_later CHECK (effective_at > scheduled_at),
  CONSTRAINT scheduled_price_status CHECK (status IN ('scheduled', 'applied', 'unchanged', 'cancelled')),
  CONSTRAINT scheduled_price_finished CHECK ((status = 'scheduled') = (finished_at IS NULL)),
  CONSTRAINT scheduled_price_outcome CHECK ((status = 'applied') = (price_id IS NOT NULL) AND (status = 'cancelled') = (cancelled_by IS NOT NULL))
);
CREATE UNIQUE INDEX one_scheduled_price ON application_price_schedules (application_id) WHERE status = 'scheduled';
CREATE INDEX price_schedules_due ON application_price_schedules (effective_at) WHERE status = 'scheduled';
CREATE INDEX price_schedules_application ON application_price_schedules (application_id, id);
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON application_price_schedules FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"scheduled":["applied","unchanged","cancelled"],"applied":[],"unchanged":[],"cancelled":[]}');

-- An announcement may wait for its time. Until then it can be withdrawn; what was published stays as it was said.
ALTER TABLE announcements
  ALTER COLUMN published_at DROP NOT NULL,
  ALTER COLUMN recipients_count DROP NOT NULL,
  ADD COLUMN status text NOT NULL DEFAULT 'published',
  ADD COLUMN created_at timestamptz,
  ADD COLUMN publish_at timestamptz,
  ADD COLUMN withdrawn_at timestamptz,
  ADD COLUMN withdrawn_by uuid REFERENCES admin_accounts (id);
UPDATE announcements SET created_at = published_at;
ALTER TABLE announcements
  ALTER COLUMN created_at SET NOT NULL,
  ADD CONSTRAINT announcement_status CHECK (status IN ('scheduled', 'published', 'withdrawn')),
  ADD CONSTRAINT announcement_published CHECK ((status = 'published') = (published_at IS NOT NULL)
    AND (published_at IS NULL) = (recipients_count IS NULL)),
  ADD CONSTRAINT announcement_scheduled CHECK (status = 'published' OR publish_at > created_at),
  ADD CONSTRAINT announcement_withdrawn CHECK ((status = 'withdrawn') = (withdrawn_at IS NOT NULL)
    AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL));
DROP INDEX announcements_newest;
CREATE INDEX announcements_status ON announcements (status, id);
CREATE INDEX announcements_due ON announcements (publish_at) WHERE status = 'scheduled';
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON announcements FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"scheduled":["published","withdrawn"],"published":[],"withdrawn":[]}');

-- For whom, where operators were chosen one by one.
CREATE TABLE announcement_recipients (
  announcement_id uuid NOT NULL REFERENCES announcements (id),
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  PRIMARY KEY (announcement_id, operator_id)
);
INSERT INTO announcement_recipients
SELECT DISTINCT m.related_id, m.target_operator_id FROM message_notifications m JOIN announcements a ON a.id = m.related_id
WHERE m.related_kind = 'announcement' AND a.target = 'specific' AND m.target = 'specific';

-- Who has read what: the receipts of an announcement.
CREATE INDEX message_notifications_announcement ON message_notifications (related_id) WHERE related_kind = 'announcement';
CREATE INDEX operator_message_reads_message ON operator_message_reads (message_id);

-- The queues and lists of the administrators, by key.
CREATE INDEX application_requests_status_list ON application_authorization_requests (status, id);
CREATE INDEX application_requests_application ON application_authorization_requests (application_id, id);
CREATE INDEX authorizations_application_list ON operator_app_authorizations (application_id, id);
CREATE INDEX authorizations_operator_list ON operator_app_authorizations (operator_id, id);

-- How many operators may start each game, and how many rights end soon, without a look at the rows.
CREATE INDEX authorizations_standing ON operator_app_authorizations (application_id) INCLUDE (operator_id, expires_at) WHERE revoked_at IS NULL;

GRANT SELECT, INSERT ON application_price_schedules, announcement_recipients TO mr_app;
GRANT UPDATE (status, finished_at, cancelled_by, price_id) ON application_price_schedules TO mr_app;
GRANT UPDATE (status, published_at, recipients_count, withdrawn_at, withdrawn_by) ON announcements TO mr_app;
