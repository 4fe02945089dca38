// Checks a downloaded ledger, line by line. Node.js 18+ or Bun, no packages, no network; it only reads the file.
//
//   node check-ledger.mjs ledger.jsonl [hash of a head that you kept]
//
// Each line is one row. Its hash is SHA-256 over the fields below, one per line, joined by line feeds; it begins with the hash of the
// row before it (64 zeros before the first). Amounts are in fen. Exit code 0: sound; 1: a fault; 2: not a ledger.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

const FIELDS = [
  'prev_hash',
  'operator_id',
  'seq',
  'transaction_id',
  'type',
  'debit_account',
  'credit_account',
  'amount_fen',
  'balance_before_fen',
  'balance_after_fen',
  'usage_id',
  'order_id',
  'refund_id',
  'corrects_id',
  'created_at',
  'description',
]

const [file, kept] = process.argv.slice(2)
if (!file) stop(2, 'usage: node check-ledger.mjs ledger.jsonl [hash]')

let rows = 0n
let hash = '0'.repeat(64)
let balance = 0n
let operator
let keptAt

for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: 0 })) {
  if (line === '') continue
  const row = read(line)
  const name = `row ${rows + 1n} (seq ${row.seq}, txn_${row.transaction_id})`
  operator ??= row.operator_id
  if (row.operator_id !== operator) stop(1, `${name}: belongs to another operator`)
  if (row.seq !== String(rows + 1n)) stop(1, `${name}: the sequence has a gap`)
  if (row.prev_hash !== hash) stop(1, `${name}: does not continue the hash of the row before it`)
  if (createHash('sha256').update(FIELDS.map((field) => row[field]).join('\n')).digest('hex') !== row.hash) stop(1, `${name}: its content does not give its hash`)
  if (BigInt(row.balance_before_fen) !== balance) stop(1, `${name}: does not start from the balance of the row before it`)
  const sign = row.credit_account === 'operator' ? 1n : row.debit_account === 'operator' ? -1n : 0n
  balance += sign * BigInt(row.amount_fen)
  if (BigInt(row.balance_after_fen) !== balance || balance < 0n) stop(1, `${name}: the amount does not lead to the balance after it`)
  rows += 1n
  hash = row.hash
  if (hash === kept) keptAt = rows
}

if (kept && keptAt === undefined) stop(1, `the head that you kept (${kept}) is not in this ledger`)
stop(0, `sound: ${rows} rows, balance ${balance / 100n}.${String(balance % 100n).padStart(2, '0')}, head ${hash}${keptAt ? `, your kept head is row ${keptAt}` : ''}`)

function read(line) {
  let row
  try {
    row = JSON.parse(line)
  } catch {
    stop(2, `line ${rows + 1n} is not JSON`)
  }
  if (FIELDS.some((field) => typeof row?.[field] !== 'string') || typeof row.hash !== 'string') stop(2, `line ${rows + 1n} is not a row of a ledger`)
  return row
}

function stop(code, words) {
  console[code === 0 ? 'log' : 'error'](words)
  process.exit(code)
}
