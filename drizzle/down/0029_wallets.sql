SET LOCAL lock_timeout = '500ms';

DROP TABLE wallet_transactions;
DROP TABLE wallet_operations;
DROP TABLE wallets;
DROP TABLE partners;
DROP FUNCTION follow_wallet_statement;
DROP FUNCTION guard_new_wallet;
