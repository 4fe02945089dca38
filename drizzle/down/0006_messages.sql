SET LOCAL lock_timeout = '500ms';

DROP FUNCTION enqueue_work(text, json, text);
DROP SCHEMA IF EXISTS graphile_worker CASCADE;
DROP TABLE simulated_mails, mail_deliveries, authorization_expiry_notices, low_balance_notices, message_preferences, announcements;
DROP INDEX authorizations_ending;
ALTER TABLE message_notifications DROP COLUMN related_kind;
