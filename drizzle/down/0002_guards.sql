SET LOCAL lock_timeout = '500ms';

DROP FUNCTION guard_closed, guard_states, guard_opening, guard_balance, follow_journal, guard_usage, refuse_change CASCADE;
