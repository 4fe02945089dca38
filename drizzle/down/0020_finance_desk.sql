SET LOCAL lock_timeout = '500ms';

DROP TRIGGER guard_closed_days ON transaction_records;
DROP FUNCTION guard_closed_days();
DROP TABLE day_closing_accounts;
DROP TABLE day_closings;
DROP FUNCTION follow_closing();
DROP TABLE balance_adjustments;
DROP FUNCTION guard_adjustment();
