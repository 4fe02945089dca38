SET LOCAL lock_timeout = '500ms';

DROP TABLE staff_recovery_codes;
ALTER TABLE admin_accounts DROP CONSTRAINT admin_granted;
ALTER TABLE admin_accounts DROP COLUMN password_is_temporary, DROP COLUMN totp_since;
ALTER TABLE auth_sessions DROP COLUMN proved_at;
