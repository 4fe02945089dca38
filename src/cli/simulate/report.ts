import { formatYuan } from '#src/core/money'
import { columns, print, printProgress } from '../print'
import type { Audit } from './books'
import { percentile, type Tally } from './tally'

const SECOND_MS = 1_000

/** A line per second, or one changing line on a terminal, until stopped. */
export function follow(tally: Tally): () => void {
  let second = 0
  let seen = 0
  const timer = setInterval(() => {
    second++
    const latest = tally.latencies.slice(seen).sort((a, b) => a - b)
    seen = tally.latencies.length
    const { sent, accepted, replayed } = tally.counts
    const p95 = percentile(latest, 0.95).toFixed(1)
    const line = `  ${second} s   已发 sent ${sent}   授权 accepted ${accepted}   重放 replayed ${replayed}   拒绝 refused ${refusals(tally)}   错误 errors ${errors(tally)}   p95 ${p95} ms   ${formatYuan(tally.charged())}`
    if (process.stdout.isTTY) printProgress(line)
    else print(line)
  }, SECOND_MS)
  return () => {
    clearInterval(timer)
    printProgress('')
  }
}

const refusals = ({ refused }: Tally): number => [...refused.values()].reduce((sum, count) => sum + count, 0)
const errors = ({ counts }: Tally): number => counts.errors + counts.serverErrors

/** The result as a table: answers, latency, and whether the money agrees. */
export function summary(tally: Tally, audit: Audit): string {
  const { counts, refused, latencies } = tally
  const sorted = [...latencies].sort((a, b) => a - b)
  const ms = (share: number) => percentile(sorted, share).toFixed(1)
  const rows = [
    ['发出 sent', String(counts.sent)],
    ['授权 accepted', String(counts.accepted)],
    ['重放 replayed', String(counts.replayed)],
    ...[...refused].sort(([, a], [, b]) => b - a).map(([code, count]) => [`拒绝 ${code}`, String(count)]),
    ['结束上报 games ended', counts.endsFailed > 0 ? `${counts.ended} (${counts.endsFailed} failed)` : String(counts.ended)],
    ['无应答 no answer', String(counts.errors)],
    ['服务器错误 5xx', String(counts.serverErrors)],
    ['延迟 latency ms', `p50 ${ms(0.5)}   p95 ${ms(0.95)}   p99 ${ms(0.99)}   max ${ms(1)}`],
    ['应答扣费合计 sum of answers', formatYuan(audit.answered)],
    ['账本扣费合计 ledger', formatYuan(audit.journal)],
    ['余额减少 balances fell by', formatYuan(audit.balances)],
  ]
  if (counts.givenUp > 0) rows.push(['多次重试仍无应答 given up', String(counts.givenUp)])
  if (counts.changedReceipts > 0) rows.push(['重放凭据不同 replays that differ', String(counts.changedReceipts)])
  if (audit.unanswered > 0n) rows.push(['已扣费未送达 charged, answer lost', formatYuan(audit.unanswered)])
  if (audit.otherRows > 0) rows.push(['期间其他流水 other rows meanwhile', String(audit.otherRows)])
  const verdict = audit.isSound
    ? '应答 = 账本 = 余额，一致 / answers = ledger = balances'
    : '应答、账本、余额不一致 / answers, ledger and balances DIFFER'
  const notes = refused.has('RATE_LIMIT_EXCEEDED') ? ['', ...RATE_HINT] : []
  return [columns(rows), '', `  ${verdict}`, ...notes].join('\n')
}

/** Headsets name their own addresses, and only a proxy that the server trusts is believed. */
const RATE_HINT = [
  '  有请求被限速：服务器须信任本机（TRUSTED_PROXIES），否则全部头显计为同一地址',
  '  Some calls were over a limit: the server must trust this machine (TRUSTED_PROXIES), else all headsets are one address',
]

/** 0 when the money agrees, every start was answered, none with a 5xx, and no receipt changed. */
export const verdictOf = ({ counts }: Tally, { isSound }: Audit): number =>
  isSound && counts.serverErrors + counts.givenUp + counts.changedReceipts === 0 ? 0 : 1
