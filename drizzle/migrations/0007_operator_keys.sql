SET LOCAL lock_timeout = '500ms';

-- A replaced key may stay good for a while, so that headset servers can be changed over one by one; and an operator may say from where
-- its keys are good at all. The key itself is not kept twice: the caller brings it, the digest tells whose it is.
ALTER TABLE operator_accounts
  ADD COLUMN previous_api_key_sha256 bytea,
  ADD COLUMN previous_api_key_valid_until timestamptz,
  ADD COLUMN api_key_addresses cidr[] NOT NULL DEFAULT '{}',
  ADD CONSTRAINT operator_previous_api_key CHECK (
    (previous_api_key_sha256 IS NULL) = (previous_api_key_valid_until IS NULL)
    AND octet_length(previous_api_key_sha256) = 32 AND previous_api_key_sha256 <> api_key_sha256
    AND previous_api_key_valid_until > api_key_generated_at
    AND previous_api_key_valid_until <= api_key_generated_at + interval '168 hours'),
  ADD CONSTRAINT operator_api_key_addresses CHECK (cardinality(api_key_addresses) <= 20 AND array_position(api_key_addresses, NULL) IS NULL);
CREATE UNIQUE INDEX operator_accounts_previous_api_key_key ON operator_accounts (previous_api_key_sha256);

-- One key, one operator, over both columns. Digests of random keys never meet; this keeps a mistaken import or repair from making them.
CREATE FUNCTION operator_keys_apart() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM operator_accounts WHERE previous_api_key_sha256 = NEW.api_key_sha256 AND id <> NEW.id)
    OR EXISTS (SELECT FROM operator_accounts WHERE api_key_sha256 = NEW.previous_api_key_sha256 AND id <> NEW.id) THEN
    RAISE EXCEPTION 'this API key belongs to another operator' USING ERRCODE = 'unique_violation', CONSTRAINT = 'operator_keys_apart';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER operator_keys_apart BEFORE INSERT OR UPDATE OF api_key_sha256, previous_api_key_sha256 ON operator_accounts
  FOR EACH ROW EXECUTE FUNCTION operator_keys_apart();

GRANT UPDATE (previous_api_key_sha256, previous_api_key_valid_until, api_key_addresses) ON operator_accounts TO mr_app;
