import { showId } from '#src/core/ids'
import { isPlainKey } from '#src/core/text'
import { formatMinute, type Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { useMay } from '../components/may'
import { Moment } from '../components/moment'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { useText } from '../page-context'
import { operatorPath } from './operator-frame'
import { RunCheck } from './run-check'

type LedgerFindingView = { rule: string; operatorId: string | null; row: string; text: string }

export type LedgerStateView = {
  whole: { at: Instant; rows: number; findings: number } | null
  touchedAt: Instant | null
  findings: readonly LedgerFindingView[]
}

/** Whether the books hold: the proof of the night, the audit of each minute, and what either of them found. */
export function LedgerChecks({ ledger, isUnderWay }: { ledger: LedgerStateView; isUnderWay: boolean }) {
  const t = useText()
  const { whole, touchedAt, findings } = ledger
  const state = findings.length > 0 ? 'drift' : whole ? 'sound' : 'never'
  return (
    <>
      <Panel id="ledger" title={t('checks.ledger')} note={<StatusBadge noun="check" state={state} />}>
        <Facts
          wide
          rows={[
            { label: t('checks.ledger.whole'), value: whole ? <Whole of={whole} /> : t('checks.ledger.never') },
            {
              label: t('checks.ledger.touched'),
              value: touchedAt ? t('checks.ledger.touched.at', { time: formatMinute(touchedAt) }) : t('checks.ledger.touched.never'),
            },
          ]}
        />
        <p class="muted">{t('checks.ledger.what')}</p>
        <RunCheck job="ledger-audit" verb={t('checks.ledger.verb')} isUnderWay={isUnderWay} />
      </Panel>
      {findings.length > 0 && <Findings rows={findings} />}
    </>
  )
}

function Whole({ of }: { of: NonNullable<LedgerStateView['whole']> }) {
  const t = useText()
  return (
    <>
      {of.findings === 0
        ? t('checks.ledger.sound', { rows: formatCount(of.rows) })
        : t('checks.ledger.unsound', { count: formatCount(of.findings) })}
      <span class="cell-more">
        <Moment at={of.at} seconds />
      </span>
    </>
  )
}

function Findings({ rows }: { rows: readonly LedgerFindingView[] }) {
  const t = useText()
  const may = useMay()
  const ruleWords = (rule: string): string => {
    const key = `checks.rule.${rule}`
    return isPlainKey(key) ? t(key) : ''
  }
  return (
    <Panel id="ledger-findings" title={t('checks.ledger.list')} note={t('checks.ledger.list.note')}>
      <DataTable
        caption={t('checks.ledger.list')}
        rows={rows}
        rowKey={(row) => `${row.rule} ${row.operatorId} ${row.row}`}
        empty={<EmptyState icon="shield-check" title={t('checks.ledger.none')} next={t('checks.ledger.noneNext')} />}
        columns={[
          {
            head: t('checks.ledger.rule'),
            cell: (row) => (
              <>
                <code>{row.rule}</code>
                <span class="cell-more">{ruleWords(row.rule)}</span>
              </>
            ),
          },
          {
            head: t('checks.ledger.operator'),
            cell: ({ operatorId }) => {
              if (operatorId === null) return '–'
              const id = <ShortId id={showId('operator', operatorId)} />
              return may('operator:view') ? <a href={operatorPath(operatorId)}>{id}</a> : id
            },
          },
          { head: t('checks.ledger.row'), cell: (row) => <code class="wrap">{row.row}</code>, wide: true },
          { head: t('checks.ledger.text'), cell: (row) => <code class="wrap">{row.text}</code>, wide: true },
        ]}
      />
    </Panel>
  )
}
