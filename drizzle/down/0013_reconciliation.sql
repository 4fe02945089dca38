SET LOCAL lock_timeout = '500ms';

DROP INDEX transaction_records_clearing;
DROP TABLE bill_differences;
DROP TABLE provider_bill_lines;
DROP TABLE provider_bills;
DROP FUNCTION guard_difference();
DROP FUNCTION guard_bill_line();
DROP FUNCTION guard_bill();
