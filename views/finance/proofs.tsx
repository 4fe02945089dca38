import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { CsrfField } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { CLOSING_PATH, ClosingTabs, PROOFS_PATH } from './closing-parts'

type ProofView = {
  id: string
  operators: number
  transactions: bigint
  drift: Money
  findings: unknown
  startedAt: Instant
  finishedAt: Instant
}
export type ProofsProps = { proofs: readonly ProofView[]; mayProve: boolean; message: string | null }

type Finding = { rule: string; row: string; text: string }
const findingsOf = ({ findings }: ProofView): Finding[] => (Array.isArray(findings) ? findings : [])
const stateOf = (proof: ProofView) => (proof.drift === 0n && findingsOf(proof).length === 0 ? 'ok' : 'drift')

/** `/finance/closing/proofs`: every time the whole ledger was computed again from its first row, and what it found. */
export function ProofsPage({ proofs, mayProve, message }: ProofsProps) {
  const t = useText()
  return (
    <Layout title={t('closing.proofs.title')} trail={[{ href: CLOSING_PATH, label: t('closing.title') }]} action={mayProve && <ProveNow />}>
      <ClosingTabs current="proofs" />
      {message !== null && (
        <Notice tone="warn" focus>
          <p>{message}</p>
        </Notice>
      )}
      <Findings of={proofs[0]} />
      <Panel id="proofs" title={t('closing.proofs.list')} note={t('closing.proofs.note')}>
        <DataTable
          caption={t('closing.proofs.list')}
          rows={proofs}
          rowKey={(proof) => proof.id}
          empty={<EmptyState icon="shield-check" title={t('closing.proofs.empty')} next={t('closing.proofs.emptyNext')} />}
          columns={[
            { head: t('closing.proofs.finished'), cell: (proof) => <Moment at={proof.finishedAt} seconds /> },
            { head: t('closing.proofs.operators'), cell: (proof) => formatCount(proof.operators), number: true },
            { head: t('closing.proofs.rows'), cell: (proof) => formatCount(Number(proof.transactions)), number: true },
            {
              head: t('closing.proofs.took'),
              cell: (proof) => t('closing.proofs.seconds', { seconds: seconds(proof) }),
              number: true,
            },
            { head: t('closing.proofs.drift'), cell: (proof) => <Yuan of={proof.drift} />, number: true },
            { head: t('closing.proofs.findings'), cell: (proof) => formatCount(findingsOf(proof).length), number: true },
            { head: t('closing.state'), cell: (proof) => <StatusBadge noun="proof" state={stateOf(proof)} /> },
          ]}
        />
      </Panel>
    </Layout>
  )
}

const seconds = ({ startedAt, finishedAt }: ProofView): string => ((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)

/** It reads the whole ledger, so it is done behind the page. */
function ProveNow() {
  const t = useText()
  return (
    <form method="post" action={PROOFS_PATH} data-once>
      <CsrfField />
      <button type="submit" class="button primary" data-sending={t('form.sending')}>
        {t('closing.proofs.now')}
      </button>
    </form>
  )
}

const MOST_SHOWN = 50

function Findings({ of }: { of: ProofView | undefined }) {
  const t = useText()
  if (!of || stateOf(of) === 'ok') return null
  return (
    <Panel id="findings" title={t('closing.proofs.findings')} note={<Moment at={of.finishedAt} />}>
      <DataTable
        caption={t('closing.proofs.findings')}
        rows={findingsOf(of).slice(0, MOST_SHOWN)}
        rowKey={(finding) => `${finding.rule} ${finding.row} ${finding.text}`}
        empty={<EmptyState icon="triangle-alert" title={t('closing.proofs.driftOnly')} next={t('closing.proofs.driftNext')} />}
        columns={[
          { head: t('closing.proofs.rule'), cell: (finding) => <code>{finding.rule}</code> },
          { head: t('closing.proofs.row'), cell: (finding) => <code class="break">{finding.row}</code>, wide: true },
          { head: t('closing.proofs.what'), cell: (finding) => finding.text, wide: true },
        ]}
      />
    </Panel>
  )
}
