SET LOCAL lock_timeout = '500ms';

-- When the person last proved who they are in this session; null: when they signed in. Money and keys ask for it again after a while.
ALTER TABLE auth_sessions ADD COLUMN proved_at timestamptz;

-- A password that somebody else knows, because they set it, is good for one thing: setting an own one.
ALTER TABLE admin_accounts
  ADD COLUMN password_is_temporary boolean NOT NULL DEFAULT false,
  ADD COLUMN totp_since timestamptz;
UPDATE admin_accounts SET totp_since = updated_at WHERE totp_cipher IS NOT NULL;

-- Who writes nothing (auditor, analyst) and who has all (super_admin, manager) can be granted nothing, whatever the code says.
ALTER TABLE admin_accounts ADD CONSTRAINT admin_granted CHECK (
  permissions = '{}' OR role IN ('admin', 'operator') OR finance_grade IS NOT DISTINCT FROM 'specialist') NOT VALID;
ALTER TABLE admin_accounts VALIDATE CONSTRAINT admin_granted;

-- Ways in for somebody whose phone is gone; each is good once. Of the code only the hash is kept.
CREATE TABLE staff_recovery_codes (
  id uuid PRIMARY KEY,
  admin_id uuid NOT NULL REFERENCES admin_accounts (id),
  code_sha256 bytea NOT NULL,
  created_at timestamptz NOT NULL,
  used_at timestamptz,
  CONSTRAINT recovery_code_digest CHECK (octet_length(code_sha256) = 32),
  CONSTRAINT one_recovery_code UNIQUE (admin_id, code_sha256)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON staff_recovery_codes TO mr_app;
