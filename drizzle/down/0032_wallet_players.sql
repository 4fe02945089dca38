SET LOCAL lock_timeout = '500ms';

-- Where the old table of players still stands its hold comes back, for new rows only: wallets of other platforms that came meanwhile stay.
DO $$
BEGIN
  IF to_regclass('players') IS NOT NULL AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'wallets_user_id_fkey') THEN
    ALTER TABLE wallets ADD CONSTRAINT wallets_user_id_fkey FOREIGN KEY (user_id) REFERENCES players (user_id) NOT VALID;
  END IF;
END $$;
