SET LOCAL lock_timeout = '500ms';

-- Money that a person of finance puts on a balance or takes from it. ---------------------------------------------------------------------

CREATE TABLE balance_adjustments (
  id uuid PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  direction text COLLATE "C" NOT NULL,
  amount_fen bigint NOT NULL,
  reason text NOT NULL,
  -- The row of the journal that is put right by it.
  corrects_id uuid REFERENCES transaction_records (id),
  proof_path text COLLATE "C",
  proof_type text COLLATE "C",
  proof_bytes integer,
  proof_sha256 bytea,
  -- Of whoever entered it: the same key again is the same adjustment, and the digest tells whether it says the same.
  idempotency_key text COLLATE "C" NOT NULL,
  request_hash bytea NOT NULL,
  status text COLLATE "C" NOT NULL DEFAULT 'draft',
  -- Whether a second person had to agree, by the limit that stood when it was handed in.
  needs_second boolean NOT NULL DEFAULT false,
  created_by uuid NOT NULL REFERENCES admin_accounts (id),
  created_at timestamptz NOT NULL,
  submitted_at timestamptz,
  decided_by uuid REFERENCES admin_accounts (id),
  decided_at timestamptz,
  reject_reason text,
  ledger_seq bigint,
  CONSTRAINT one_adjustment_per_key UNIQUE (created_by, idempotency_key),
  CONSTRAINT adjustment_direction CHECK (direction IN ('in', 'out')),
  CONSTRAINT adjustment_amount CHECK (amount_fen > 0),
  CONSTRAINT adjustment_reason CHECK (char_length(reason) BETWEEN 10 AND 200 AND char_length(reject_reason) BETWEEN 10 AND 200),
  CONSTRAINT adjustment_key CHECK (char_length(idempotency_key) BETWEEN 1 AND 128 AND octet_length(request_hash) = 32),
  CONSTRAINT adjustment_proof CHECK (num_nulls(proof_path, proof_type, proof_bytes, proof_sha256) IN (0, 4)
    AND proof_type IN ('image/png', 'image/jpeg', 'application/pdf') AND proof_bytes BETWEEN 1 AND 5242880 AND octet_length(proof_sha256) = 32),
  CONSTRAINT adjustment_status CHECK (status IN ('draft', 'waiting', 'booked', 'rejected', 'withdrawn')),
  CONSTRAINT adjustment_submitted CHECK ((status = 'draft' AND submitted_at IS NULL) OR (status = 'withdrawn')
    OR (status IN ('waiting', 'booked', 'rejected') AND submitted_at IS NOT NULL)),
  CONSTRAINT adjustment_decided CHECK ((decided_by IS NULL) = (decided_at IS NULL)
    AND (status IN ('booked', 'rejected', 'withdrawn')) = (decided_at IS NOT NULL)),
  -- Whoever entered it does not agree to it, nor refuse it: taking it back is another word.
  CONSTRAINT adjustment_two_persons CHECK (CASE WHEN status = 'withdrawn' THEN decided_by = created_by
    WHEN status = 'rejected' OR (status = 'booked' AND needs_second) THEN decided_by <> created_by ELSE true END),
  CONSTRAINT adjustment_rejected CHECK ((status = 'rejected') = (reject_reason IS NOT NULL)),
  CONSTRAINT adjustment_booked CHECK ((status = 'booked') = (ledger_seq IS NOT NULL)),
  CONSTRAINT adjustment_journal_row FOREIGN KEY (operator_id, ledger_seq) REFERENCES transaction_records (operator_id, seq)
);
CREATE UNIQUE INDEX one_adjustment_per_journal_row ON balance_adjustments (operator_id, ledger_seq) WHERE ledger_seq IS NOT NULL;
CREATE INDEX balance_adjustments_operator ON balance_adjustments (operator_id, id);
CREATE INDEX balance_adjustments_status ON balance_adjustments (status, id);
CREATE INDEX balance_adjustments_waiting ON balance_adjustments (submitted_at) WHERE status = 'waiting';

CREATE TRIGGER guard_states BEFORE UPDATE OF status ON balance_adjustments FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"draft":["waiting","booked","withdrawn"],"waiting":["booked","rejected","withdrawn"],"booked":[],"rejected":[],"withdrawn":[]}');
-- What was entered stays as it was entered; another amount is another adjustment.
CREATE FUNCTION guard_adjustment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'balance_adjustments: what was entered never changes' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard_adjustment BEFORE UPDATE ON balance_adjustments FOR EACH ROW
  WHEN ((NEW.id, NEW.operator_id, NEW.direction, NEW.amount_fen, NEW.reason, NEW.corrects_id, NEW.proof_path, NEW.proof_sha256, NEW.idempotency_key,
      NEW.request_hash, NEW.created_by, NEW.created_at)
    IS DISTINCT FROM (OLD.id, OLD.operator_id, OLD.direction, OLD.amount_fen, OLD.reason, OLD.corrects_id, OLD.proof_path, OLD.proof_sha256,
      OLD.idempotency_key, OLD.request_hash, OLD.created_by, OLD.created_at))
  EXECUTE FUNCTION guard_adjustment();
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON balance_adjustments EXECUTE FUNCTION refuse_change();

-- A business day, closed: what each account opened with, what moved, what it closed with, and how that was proved. ------------------------

CREATE TABLE day_closings (
  day date PRIMARY KEY,
  -- The first instant that is not of the day: nothing before it is written any more.
  ends_at timestamptz NOT NULL,
  facts jsonb NOT NULL,
  proof_id uuid NOT NULL REFERENCES ledger_proofs (id),
  closed_by uuid NOT NULL REFERENCES admin_accounts (id),
  closed_at timestamptz NOT NULL,
  prev_hash bytea NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT closing_end CHECK (ends_at = (day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'),
  CONSTRAINT closing_after_day CHECK (closed_at >= ends_at),
  CONSTRAINT closing_digests CHECK (octet_length(prev_hash) = 32 AND octet_length(hash) = 32)
);

CREATE TABLE day_closing_accounts (
  day date NOT NULL REFERENCES day_closings (day),
  account text COLLATE "C" NOT NULL,
  -- Debit less credit, so that all accounts of a day come to zero.
  opening_fen bigint NOT NULL,
  debit_fen bigint NOT NULL,
  credit_fen bigint NOT NULL,
  closing_fen bigint NOT NULL,
  PRIMARY KEY (day, account),
  CONSTRAINT closing_account CHECK (account IN ('operator', 'revenue', 'clearing:wechat', 'clearing:alipay', 'clearing:bank', 'refund_payable',
    'suspense', 'channel_fees', 'adjustments')),
  CONSTRAINT closing_adds_up CHECK (debit_fen >= 0 AND credit_fen >= 0 AND closing_fen = opening_fen + debit_fen - credit_fen)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON day_closings EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON day_closing_accounts EXECUTE FUNCTION refuse_change();

-- Days are closed one after the other, each continuing the hash of the one before.
CREATE FUNCTION follow_closing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  SELECT day, hash INTO last FROM day_closings ORDER BY day DESC LIMIT 1;
  IF FOUND AND (NEW.day <> last.day + 1 OR NEW.prev_hash <> last.hash) THEN
    RAISE EXCEPTION 'the closing of % does not continue that of %', NEW.day, last.day USING ERRCODE = '23514', CONSTRAINT = 'closing_chain';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER follow_closing BEFORE INSERT ON day_closings FOR EACH ROW EXECUTE FUNCTION follow_closing();

-- A closed day takes no row any more, whoever writes it: a correction is a row of the day on which it is made.
CREATE FUNCTION guard_closed_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added WHERE created_at < (SELECT ends_at FROM day_closings ORDER BY day DESC LIMIT 1)) THEN
    RAISE EXCEPTION 'transaction_records: the day of a row is closed' USING ERRCODE = '23514', CONSTRAINT = 'day_closed';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER guard_closed_days AFTER INSERT ON transaction_records REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION guard_closed_days();

GRANT SELECT, INSERT ON balance_adjustments, day_closings, day_closing_accounts TO mr_app;
GRANT UPDATE (status, needs_second, submitted_at, decided_by, decided_at, reject_reason, ledger_seq) ON balance_adjustments TO mr_app;
