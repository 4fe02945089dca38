SET LOCAL lock_timeout = '500ms';

-- Partner platforms. Their keys are kept as digests: a call brings the key itself, and signs with it.
CREATE TABLE partners (
  id uuid PRIMARY KEY,
  platform text COLLATE "C" NOT NULL,
  name text NOT NULL,
  key_sha256 bytea NOT NULL,
  key_hint text NOT NULL,
  key_generated_at timestamptz NOT NULL,
  -- A key for one run of the integration check ends by itself.
  key_valid_until timestamptz,
  previous_key_sha256 bytea,
  previous_key_valid_until timestamptz,
  scopes text[] NOT NULL,
  origins text[] NOT NULL DEFAULT '{}',
  signature_required boolean NOT NULL DEFAULT true,
  rate_limit_per_minute integer NOT NULL DEFAULT 6000,
  disabled_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT partner_platform CHECK (platform ~ '^[a-z][a-z0-9_]{1,31}$'),
  CONSTRAINT partner_name CHECK (char_length(name) BETWEEN 2 AND 64),
  CONSTRAINT partner_key CHECK (octet_length(key_sha256) = 32 AND octet_length(previous_key_sha256) = 32),
  CONSTRAINT partner_previous_key CHECK ((previous_key_sha256 IS NULL) = (previous_key_valid_until IS NULL)),
  CONSTRAINT partner_scopes CHECK (scopes <@ ARRAY['wallet:read', 'wallet:credit', 'wallet:debit', 'wallet:transfer', 'wallet:freeze', 'wallet:reverse']),
  CONSTRAINT partner_rate CHECK (rate_limit_per_minute BETWEEN 1 AND 10000000),
  CONSTRAINT one_partner_per_platform UNIQUE (platform),
  CONSTRAINT one_partner_per_key UNIQUE (key_sha256)
);
CREATE UNIQUE INDEX one_partner_per_previous_key ON partners (previous_key_sha256) WHERE previous_key_sha256 IS NOT NULL;

-- A player of whatever platform: user_id is the platform's own word for them and points at no table of ours.
CREATE TABLE wallets (
  id uuid PRIMARY KEY,
  platform text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  game_coins bigint NOT NULL DEFAULT 0,
  cash_balance bigint NOT NULL DEFAULT 0,
  computing_power bigint NOT NULL DEFAULT 0,
  frozen_game_coins bigint NOT NULL DEFAULT 0,
  frozen_cash_balance bigint NOT NULL DEFAULT 0,
  frozen_computing_power bigint NOT NULL DEFAULT 0,
  statement_seq bigint NOT NULL DEFAULT 0,
  statement_hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
  created_at timestamptz NOT NULL,
  last_transaction_at timestamptz,
  CONSTRAINT wallet_platform CHECK (platform ~ '^[a-z][a-z0-9_]{1,31}$'),
  CONSTRAINT wallet_user CHECK (user_id ~ '^[A-Za-z0-9_.:-]{1,128}$'),
  -- Numbers on the wire are JSON numbers: beyond 2^53 - 1 they would be others at the client.
  CONSTRAINT wallet_game_coins CHECK (game_coins BETWEEN 0 AND 9007199254740991 AND frozen_game_coins BETWEEN 0 AND 9007199254740991),
  CONSTRAINT wallet_cash_balance CHECK (cash_balance BETWEEN 0 AND 9007199254740991 AND frozen_cash_balance BETWEEN 0 AND 9007199254740991),
  CONSTRAINT wallet_computing_power
    CHECK (computing_power BETWEEN 0 AND 9007199254740991 AND frozen_computing_power BETWEEN 0 AND 9007199254740991),
  CONSTRAINT one_wallet_per_user UNIQUE (platform, user_id)
);

-- What a partner asked for, once per idempotency key; its answer is the first one for ever.
CREATE TABLE wallet_operations (
  id uuid PRIMARY KEY,
  platform text COLLATE "C" NOT NULL,
  idempotency_key text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  request_hash bytea NOT NULL,
  -- A release names its freeze, a reversal what it takes back.
  target_id uuid REFERENCES wallet_operations,
  wallet_id uuid NOT NULL REFERENCES wallets,
  currency text NOT NULL,
  amount bigint NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT wallet_operation_key CHECK (idempotency_key ~ '^[A-Za-z0-9_.:-]{8,64}$'),
  CONSTRAINT wallet_operation_kind CHECK (kind IN ('credit', 'debit', 'transfer', 'freeze', 'release', 'reversal')),
  CONSTRAINT wallet_operation_currency CHECK (currency IN ('gameCoins', 'cashBalance', 'computingPower')),
  CONSTRAINT wallet_operation_amount CHECK (amount BETWEEN 1 AND 1000000000),
  CONSTRAINT wallet_operation_hash CHECK (octet_length(request_hash) = 32),
  CONSTRAINT wallet_operation_target CHECK (kind NOT IN ('release', 'reversal') OR target_id IS NOT NULL),
  CONSTRAINT one_operation_per_key UNIQUE (platform, idempotency_key)
);
CREATE UNIQUE INDEX one_reversal_per_operation ON wallet_operations (target_id) WHERE kind = 'reversal';
CREATE INDEX wallet_operations_target ON wallet_operations (target_id) WHERE target_id IS NOT NULL;

-- The statement of each wallet: append-only, dense, chained by hashes. It alone moves the wallet.
CREATE TABLE wallet_transactions (
  wallet_id uuid NOT NULL REFERENCES wallets,
  seq bigint NOT NULL,
  id uuid NOT NULL,
  operation_id uuid REFERENCES wallet_operations,
  kind text NOT NULL,
  currency text NOT NULL,
  direction text NOT NULL,
  amount bigint NOT NULL,
  balance_before bigint NOT NULL,
  balance_after bigint NOT NULL,
  frozen_before bigint NOT NULL,
  frozen_after bigint NOT NULL,
  reason text NOT NULL,
  reference text,
  created_at timestamptz NOT NULL,
  prev_hash bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (wallet_id, seq),
  CONSTRAINT wallet_transaction_id UNIQUE (id),
  CONSTRAINT wallet_transaction_kind CHECK (kind IN ('opening', 'credit', 'debit', 'transfer', 'freeze', 'release', 'reversal')),
  CONSTRAINT wallet_transaction_opening CHECK ((kind = 'opening') = (operation_id IS NULL)),
  CONSTRAINT wallet_transaction_currency CHECK (currency IN ('gameCoins', 'cashBalance', 'computingPower')),
  CONSTRAINT wallet_transaction_direction CHECK (direction IN ('credit', 'debit')),
  CONSTRAINT wallet_transaction_amount CHECK (amount BETWEEN 1 AND 1000000000),
  CONSTRAINT wallet_transaction_balance
    CHECK (balance_before >= 0 AND balance_after >= 0
      AND balance_after = balance_before + CASE direction WHEN 'credit' THEN amount ELSE -amount END),
  CONSTRAINT wallet_transaction_frozen
    CHECK (frozen_before >= 0 AND frozen_after >= 0
      AND frozen_after = frozen_before + CASE kind WHEN 'freeze' THEN amount WHEN 'release' THEN -amount ELSE 0 END),
  CONSTRAINT wallet_transaction_freeze
    CHECK ((kind <> 'freeze' OR direction = 'debit') AND (kind <> 'release' OR direction = 'credit')),
  CONSTRAINT wallet_transaction_reason CHECK (char_length(reason) BETWEEN 2 AND 200),
  CONSTRAINT wallet_transaction_reference CHECK (char_length(reference) <= 128),
  CONSTRAINT wallet_transaction_hash CHECK (octet_length(prev_hash) = 32 AND octet_length(hash) = 32)
);
CREATE INDEX wallet_transactions_operation ON wallet_transactions (operation_id);
CREATE INDEX wallet_transactions_time ON wallet_transactions (wallet_id, created_at, seq);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_transactions EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_operations EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON wallets EXECUTE FUNCTION refuse_change();

-- A wallet is born empty: what is in it came by its statement.
CREATE FUNCTION guard_new_wallet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.game_coins, NEW.cash_balance, NEW.computing_power, NEW.frozen_game_coins, NEW.frozen_cash_balance, NEW.frozen_computing_power,
      NEW.statement_seq, NEW.statement_hash) <> (0, 0, 0, 0, 0, 0, 0, decode(repeat('00', 32), 'hex')) THEN
    RAISE EXCEPTION 'a wallet starts empty' USING ERRCODE = '23514', CONSTRAINT = 'wallet_statement';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_new_wallet BEFORE INSERT ON wallets FOR EACH ROW EXECUTE FUNCTION guard_new_wallet();

-- New rows continue each wallet's chain and each of its currencies without a gap; then the wallet follows its last rows. Other tables are
-- reached by their primary key only, one step per row, whatever their size (as follow_journal does).
CREATE FUNCTION follow_wallet_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  broken uuid;
BEGIN
  SELECT n.wallet_id INTO broken
  FROM (
    SELECT wallet_id, seq, currency, balance_before, frozen_before, prev_hash,
           lag(seq) OVER chain AS last_seq, lag(hash) OVER chain AS last_hash,
           lag(balance_after) OVER purse AS last_balance, lag(frozen_after) OVER purse AS last_frozen
    FROM added WINDOW chain AS (PARTITION BY wallet_id ORDER BY seq), purse AS (PARTITION BY wallet_id, currency ORDER BY seq)
  ) n
  JOIN wallets w ON w.id = n.wallet_id
  WHERE n.seq <> coalesce(n.last_seq, w.statement_seq) + 1
     OR n.prev_hash <> coalesce(n.last_hash, w.statement_hash)
     OR n.balance_before <> coalesce(n.last_balance,
          CASE n.currency WHEN 'gameCoins' THEN w.game_coins WHEN 'cashBalance' THEN w.cash_balance ELSE w.computing_power END)
     OR n.frozen_before <> coalesce(n.last_frozen,
          CASE n.currency WHEN 'gameCoins' THEN w.frozen_game_coins WHEN 'cashBalance' THEN w.frozen_cash_balance
            ELSE w.frozen_computing_power END)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'statement of wallet % does not continue its chain', broken USING ERRCODE = '23514', CONSTRAINT = 'wallet_statement';
  END IF;

  UPDATE wallets w
  SET statement_seq = last.seq,
      statement_hash = last.hash,
      last_transaction_at = last.created_at,
      game_coins = coalesce(last.coins, w.game_coins),
      frozen_game_coins = coalesce(last.frozen_coins, w.frozen_game_coins),
      cash_balance = coalesce(last.cash, w.cash_balance),
      frozen_cash_balance = coalesce(last.frozen_cash, w.frozen_cash_balance),
      computing_power = coalesce(last.power, w.computing_power),
      frozen_computing_power = coalesce(last.frozen_power, w.frozen_computing_power)
  FROM (
    SELECT wallet_id, max(seq) AS seq, (array_agg(hash ORDER BY seq DESC))[1] AS hash, (array_agg(created_at ORDER BY seq DESC))[1] AS created_at,
           (array_agg(balance_after ORDER BY seq DESC) FILTER (WHERE currency = 'gameCoins'))[1] AS coins,
           (array_agg(frozen_after ORDER BY seq DESC) FILTER (WHERE currency = 'gameCoins'))[1] AS frozen_coins,
           (array_agg(balance_after ORDER BY seq DESC) FILTER (WHERE currency = 'cashBalance'))[1] AS cash,
           (array_agg(frozen_after ORDER BY seq DESC) FILTER (WHERE currency = 'cashBalance'))[1] AS frozen_cash,
           (array_agg(balance_after ORDER BY seq DESC) FILTER (WHERE currency = 'computingPower'))[1] AS power,
           (array_agg(frozen_after ORDER BY seq DESC) FILTER (WHERE currency = 'computingPower'))[1] AS frozen_power
    FROM added GROUP BY wallet_id
  ) last
  WHERE w.id = last.wallet_id;
  RETURN NULL;
END $$;
CREATE TRIGGER follow_wallet_statement AFTER INSERT ON wallet_transactions REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION follow_wallet_statement();

GRANT SELECT, INSERT, UPDATE ON partners TO mr_app;
GRANT SELECT, INSERT ON wallets, wallet_operations, wallet_transactions TO mr_app;
-- Locking a row needs a right to change one of its columns; the trigger alone moves the others.
GRANT UPDATE (last_transaction_at) ON wallets TO mr_app;
