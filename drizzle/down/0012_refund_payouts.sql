SET LOCAL lock_timeout = '500ms';

DROP TABLE refund_transfers;

DROP TRIGGER guard_refund ON refund_records;
DROP FUNCTION guard_refund();
DROP TRIGGER guard_payout ON refund_payouts;
DROP FUNCTION guard_payout();
DROP TRIGGER guard_states ON refund_payouts;
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON refund_payouts FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"processing":["completed","abnormal"],"abnormal":["processing"],"completed":[]}');

DROP INDEX refund_payouts_open, refund_payouts_due;
ALTER TABLE refund_payouts
  DROP CONSTRAINT payout_status, DROP CONSTRAINT payout_number, DROP CONSTRAINT payout_watched, DROP CONSTRAINT payout_booked,
  DROP CONSTRAINT payout_finished, DROP CONSTRAINT payout_counts, DROP CONSTRAINT payout_provider_state,
  DROP CONSTRAINT payout_replaces, DROP CONSTRAINT payouts_of_refund,
  DROP COLUMN operator_id, DROP COLUMN replaces, DROP COLUMN provider_refund_id, DROP COLUMN provider_state, DROP COLUMN last_error,
  DROP COLUMN attempts, DROP COLUMN checks, DROP COLUMN next_check_at, DROP COLUMN ledger_seq, DROP COLUMN finished_at,
  ADD CONSTRAINT payout_status CHECK (status IN ('processing', 'completed', 'abnormal'));

ALTER TABLE refund_records DROP COLUMN first_reviewed_at, DROP COLUMN review_note;
