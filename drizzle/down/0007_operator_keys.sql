SET LOCAL lock_timeout = '500ms';

DROP TRIGGER operator_keys_apart ON operator_accounts;
DROP FUNCTION operator_keys_apart();
DROP INDEX operator_accounts_previous_api_key_key;
ALTER TABLE operator_accounts
  DROP CONSTRAINT operator_api_key_addresses,
  DROP CONSTRAINT operator_previous_api_key,
  DROP COLUMN api_key_addresses,
  DROP COLUMN previous_api_key_valid_until,
  DROP COLUMN previous_api_key_sha256;
