DROP TABLE alert_deliveries, alert_notice_alerts, alert_notices;
ALTER TABLE alerts DROP COLUMN told_at, DROP COLUMN end_told_at, DROP COLUMN reminded_at, DROP COLUMN reminders;
