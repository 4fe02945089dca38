SET LOCAL lock_timeout = '500ms';

DROP INDEX transaction_records_operator_other;
DROP TABLE exports;
