import { Database } from 'bun:sqlite'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** The simulator's own books: what the bank knows, whatever the product believes. Amounts in fen, fees in 0.00001 yuan, times in milliseconds. */

export type Books = Database

const TABLES = `
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trades (
  channel TEXT NOT NULL, out_trade_no TEXT NOT NULL, kind TEXT NOT NULL, request TEXT NOT NULL,
  amount INTEGER NOT NULL, currency TEXT NOT NULL, subject TEXT NOT NULL, attach TEXT, notify_url TEXT, return_url TEXT,
  created_at INTEGER NOT NULL, expires_at INTEGER, code TEXT, code_until INTEGER,
  state TEXT NOT NULL, scanned_at INTEGER, paid_at INTEGER, closed_at INTEGER,
  provider_no TEXT UNIQUE, payer_amount INTEGER, payer TEXT, lie TEXT, fee INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (channel, out_trade_no)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS trades_paid ON trades (channel, paid_at);
CREATE INDEX IF NOT EXISTS trades_created ON trades (created_at);
CREATE TABLE IF NOT EXISTS refunds (
  channel TEXT NOT NULL, out_refund_no TEXT NOT NULL, out_trade_no TEXT NOT NULL, refund_no TEXT NOT NULL UNIQUE,
  amount INTEGER NOT NULL, reason TEXT, notify_url TEXT, created_at INTEGER NOT NULL,
  state TEXT NOT NULL, due_at INTEGER, due_state TEXT, finished_at INTEGER, fee INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (channel, out_trade_no, out_refund_no)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refunds_due ON refunds (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS refunds_number ON refunds (channel, out_refund_no);
CREATE INDEX IF NOT EXISTS refunds_created ON refunds (channel, created_at);
CREATE TABLE IF NOT EXISTS notifications (
  id INTEGER PRIMARY KEY, channel TEXT NOT NULL, event_id TEXT NOT NULL, kind TEXT NOT NULL,
  out_trade_no TEXT NOT NULL, out_refund_no TEXT, url TEXT NOT NULL, content TEXT NOT NULL, created_at INTEGER NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0, next_at INTEGER, waits_for TEXT, state TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS notifications_due ON notifications (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY, notification_id INTEGER, at INTEGER NOT NULL, twist TEXT, status INTEGER, body TEXT,
  milliseconds INTEGER NOT NULL, accepted INTEGER NOT NULL, fault TEXT);
CREATE INDEX IF NOT EXISTS deliveries_of ON deliveries (notification_id);
CREATE TABLE IF NOT EXISTS calls (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, channel TEXT NOT NULL, operation TEXT NOT NULL, number TEXT, request TEXT NOT NULL,
  status INTEGER NOT NULL, code TEXT NOT NULL, milliseconds INTEGER NOT NULL, chaos TEXT);
CREATE TABLE IF NOT EXISTS switches (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, options TEXT NOT NULL, remaining INTEGER, fired INTEGER NOT NULL DEFAULT 0, dice INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS bill_changes (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, day TEXT NOT NULL, change TEXT NOT NULL);
`

/** Opens the books in `folder`, made when they are not there; `undefined` keeps them in memory only. */
export function openBooks(folder: string | undefined): Books {
  if (folder) mkdirSync(folder, { recursive: true })
  const books = new Database(folder ? join(folder, 'books.sqlite') : ':memory:', { create: true, strict: true })
  // A killed simulator has lost nothing that it answered; a machine without power may, and then it is only a simulator.
  books.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;')
  books.exec(TABLES)
  return books
}

/** A small thing to remember over a restart. */
export function recall<T>(books: Books, name: string, fallback: T): T {
  const row = books.query<{ value: string }, [string]>('SELECT value FROM state WHERE name = ?').get(name)
  return row ? (JSON.parse(row.value) as T) : fallback
}

export function remember(books: Books, name: string, value: unknown): void {
  books.query('INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)').run(name, JSON.stringify(value))
}

/** Thirteen digits that never come twice, nor to another simulator: provider numbers end in them. */
export function nextNumber(books: Books): string {
  const lane = recall(books, 'lane', 100_000 + (randomBytes(4).readUInt32BE() % 900_000))
  const next = recall(books, 'number', 0) + 1
  remember(books, 'lane', lane)
  remember(books, 'number', next)
  return `${lane}${String(next).padStart(7, '0')}`
}
