SET LOCAL lock_timeout = '500ms';

-- A database that came from the system before may still hold wallets to its own table of players: every other platform was refused. The
-- constraint goes, whatever it is called; rows, primary key and UNIQUE (platform, user_id) stay.
DO $$
DECLARE
  held record;
BEGIN
  FOR held IN
    SELECT conname FROM pg_constraint
    WHERE conrelid = 'wallets'::regclass AND contype = 'f'
      AND conkey @> ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = 'wallets'::regclass AND attname = 'user_id')]
  LOOP
    EXECUTE format('ALTER TABLE wallets DROP CONSTRAINT %I', held.conname);
  END LOOP;
END $$;
