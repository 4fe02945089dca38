SET LOCAL lock_timeout = '500ms';

-- What a payment channel says about one business day. The file itself lies under DATA_DIR, unchanged; its digest stands here. ----------

CREATE TABLE provider_bills (
  id uuid PRIMARY KEY,
  channel text COLLATE "C" NOT NULL,
  bill_date date NOT NULL,
  state text COLLATE "C" NOT NULL DEFAULT 'waiting',
  attempts integer NOT NULL DEFAULT 0,
  -- Why the last attempt brought nothing: the provider's code, or what is wrong with the file.
  last_answer text,
  file_path text COLLATE "C",
  file_name text COLLATE "C",
  file_bytes bigint,
  file_sha256 bytea,
  payments integer NOT NULL DEFAULT 0,
  refunds integer NOT NULL DEFAULT 0,
  payment_fen bigint NOT NULL DEFAULT 0,
  refund_fen bigint NOT NULL DEFAULT 0,
  -- Thousandths of a fen: fees are billed with up to five decimals of a yuan.
  fee_millifen bigint NOT NULL DEFAULT 0,
  -- Our side of the day and what of the clearing account this bill settles, as of the last match.
  our_payment_fen bigint NOT NULL DEFAULT 0,
  our_refund_fen bigint NOT NULL DEFAULT 0,
  settled_fen bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  attempted_at timestamptz,
  imported_at timestamptz,
  matched_at timestamptz,
  closed_at timestamptz,
  CONSTRAINT one_bill_per_day UNIQUE (channel, bill_date),
  CONSTRAINT bill_channel CHECK (channel IN ('wechat', 'alipay')),
  CONSTRAINT bill_state CHECK (state IN ('waiting', 'imported', 'matched', 'closed')),
  CONSTRAINT bill_reached CHECK ((state = 'waiting') = (imported_at IS NULL) AND (state IN ('waiting', 'imported')) = (matched_at IS NULL)
    AND (state = 'closed') = (closed_at IS NOT NULL)),
  CONSTRAINT bill_file CHECK (num_nulls(file_path, file_name, file_bytes, file_sha256) IN (0, 4) AND octet_length(file_sha256) = 32),
  CONSTRAINT bill_counts CHECK (attempts >= 0 AND payments >= 0 AND refunds >= 0 AND payment_fen >= 0 AND refund_fen >= 0)
);
CREATE INDEX provider_bills_open ON provider_bills (channel, bill_date) WHERE state <> 'closed';

-- A bill goes forward only.
CREATE FUNCTION guard_bill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT ('{"waiting":["imported"],"imported":["matched"],"matched":["closed"],"closed":[]}'::jsonb -> OLD.state) ? NEW.state THEN
    RAISE EXCEPTION 'a bill cannot go from % to %', OLD.state, NEW.state USING ERRCODE = '23514', CONSTRAINT = 'state_machine';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_bill BEFORE UPDATE OF state ON provider_bills FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION guard_bill();

CREATE TABLE provider_bill_lines (
  bill_id uuid NOT NULL REFERENCES provider_bills (id),
  line_no integer NOT NULL,
  channel text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  our_no text COLLATE "C" NOT NULL,
  provider_no text COLLATE "C" NOT NULL,
  -- Of refunds: our number and the provider's.
  refund_no text COLLATE "C",
  provider_refund_no text COLLATE "C",
  amount_fen bigint NOT NULL,
  fee_millifen bigint NOT NULL,
  -- As the provider calls it.
  state text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  -- The row of our journal that this line settles, once it is known.
  operator_id uuid,
  journal_seq bigint,
  linked_at timestamptz,
  PRIMARY KEY (bill_id, line_no),
  CONSTRAINT line_kind CHECK (kind IN ('payment', 'refund') AND (kind = 'refund') = (refund_no IS NOT NULL)),
  CONSTRAINT line_amount CHECK (line_no > 0 AND amount_fen >= 0),
  CONSTRAINT line_linked CHECK (num_nulls(operator_id, journal_seq, linked_at) IN (0, 3)),
  CONSTRAINT line_journal_row FOREIGN KEY (operator_id, journal_seq) REFERENCES transaction_records (operator_id, seq)
);
-- One line settles one row: nothing is counted twice, whatever the provider sends.
CREATE UNIQUE INDEX one_line_per_journal_row ON provider_bill_lines (operator_id, journal_seq) WHERE journal_seq IS NOT NULL;
CREATE INDEX provider_bill_lines_unlinked ON provider_bill_lines (channel) WHERE journal_seq IS NULL;

-- A line is what the provider wrote: only what we know about it changes, once. The condition is the trigger's own, since a bill has a
-- hundred thousand lines and a function call for each would cost more than the rest.
CREATE FUNCTION guard_bill_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'provider_bill_lines: what the provider wrote never changes' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard_bill_line BEFORE UPDATE ON provider_bill_lines FOR EACH ROW
  WHEN (OLD.journal_seq IS NOT NULL OR (NEW.bill_id, NEW.line_no, NEW.channel, NEW.kind, NEW.our_no, NEW.provider_no, NEW.refund_no,
    NEW.provider_refund_no, NEW.amount_fen, NEW.fee_millifen, NEW.state, NEW.at) IS DISTINCT FROM (OLD.bill_id, OLD.line_no, OLD.channel,
    OLD.kind, OLD.our_no, OLD.provider_no, OLD.refund_no, OLD.provider_refund_no, OLD.amount_fen, OLD.fee_millifen, OLD.state, OLD.at))
  EXECUTE FUNCTION guard_bill_line();
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON provider_bill_lines EXECUTE FUNCTION refuse_change();

-- Where bill and books disagree. ---------------------------------------------------------------------------------------------------------

CREATE TABLE bill_differences (
  id uuid PRIMARY KEY,
  bill_id uuid NOT NULL REFERENCES provider_bills (id),
  channel text COLLATE "C" NOT NULL,
  bill_date date NOT NULL,
  kind text COLLATE "C" NOT NULL,
  -- What it is about, so that the same difference of a bill is one row however often the day is matched.
  subject text COLLATE "C" NOT NULL,
  line_no integer,
  order_id uuid REFERENCES recharge_orders (id),
  payout_id uuid REFERENCES refund_payouts (id),
  operator_id uuid REFERENCES operator_accounts (id),
  journal_seq bigint,
  our_fen bigint,
  bill_fen bigint,
  state text COLLATE "C" NOT NULL,
  owner_id uuid REFERENCES admin_accounts (id),
  due_on date,
  action text COLLATE "C",
  -- Whose money it is, where the proposal has to say so.
  action_operator_id uuid REFERENCES operator_accounts (id),
  reason text,
  proposed_by uuid REFERENCES admin_accounts (id),
  proposed_at timestamptz,
  approved_by uuid REFERENCES admin_accounts (id),
  approved_at timestamptz,
  -- The journal row that closed it.
  resolved_operator_id uuid,
  resolved_seq bigint,
  found_at timestamptz NOT NULL,
  closed_at timestamptz,
  CONSTRAINT one_difference_per_subject UNIQUE (bill_id, kind, subject),
  CONSTRAINT difference_kind CHECK (kind IN ('long', 'short', 'amount', 'fee', 'state', 'duplicate')),
  CONSTRAINT difference_state CHECK (state IN ('waiting', 'open', 'carried', 'proposed', 'resolved', 'vanished')),
  CONSTRAINT difference_closed CHECK ((state IN ('resolved', 'vanished')) = (closed_at IS NOT NULL)),
  CONSTRAINT difference_reason CHECK (char_length(reason) BETWEEN 1 AND 500),
  CONSTRAINT difference_action CHECK (action IN ('credit', 'quarantine', 'reverse', 'correct', 'fee', 'accept')),
  CONSTRAINT difference_proposed CHECK ((proposed_by IS NULL) = (proposed_at IS NULL)
    AND (state NOT IN ('proposed', 'resolved') OR (proposed_by IS NOT NULL AND action IS NOT NULL AND reason IS NOT NULL))),
  CONSTRAINT difference_two_persons CHECK (proposed_by <> approved_by),
  CONSTRAINT difference_approved CHECK ((approved_by IS NULL) = (approved_at IS NULL) AND (state = 'resolved') = (approved_by IS NOT NULL)),
  CONSTRAINT difference_carried CHECK (state <> 'carried' OR num_nulls(owner_id, due_on, reason) = 0),
  CONSTRAINT difference_line FOREIGN KEY (bill_id, line_no) REFERENCES provider_bill_lines (bill_id, line_no),
  CONSTRAINT difference_journal_row FOREIGN KEY (operator_id, journal_seq) REFERENCES transaction_records (operator_id, seq),
  CONSTRAINT difference_resolution FOREIGN KEY (resolved_operator_id, resolved_seq) REFERENCES transaction_records (operator_id, seq)
);
CREATE INDEX bill_differences_open ON bill_differences (id) WHERE closed_at IS NULL;
CREATE INDEX bill_differences_bill ON bill_differences (bill_id);
CREATE INDEX bill_differences_journal ON bill_differences (operator_id, journal_seq) WHERE kind = 'short';
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON bill_differences EXECUTE FUNCTION refuse_change();

-- A difference that is closed stays as it was closed.
CREATE FUNCTION guard_difference() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a closed difference stays closed' USING ERRCODE = '23514', CONSTRAINT = 'state_machine';
END $$;
CREATE TRIGGER guard_difference BEFORE UPDATE ON bill_differences FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
  EXECUTE FUNCTION guard_difference();

-- Money at the payment channels is found without reading past the games.
CREATE INDEX transaction_records_clearing ON transaction_records (created_at)
  WHERE type IN ('recharge', 'refund_payout', 'suspense', 'fee');

GRANT SELECT, INSERT, UPDATE ON provider_bills, bill_differences TO mr_app;
GRANT SELECT, INSERT ON provider_bill_lines TO mr_app;
GRANT UPDATE (operator_id, journal_seq, linked_at) ON provider_bill_lines TO mr_app;
