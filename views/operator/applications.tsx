import type { Uuid } from '#src/core/ids'
import { formatYuan, type Money } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { CsrfField, ErrorSummary, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { type ApplicationCounts, ApplicationTabs, askPath, requestPath } from './application-tabs'

type Terms = { id: Uuid; name: string; description: string | null; unitPrice: Money; minPlayers: number; maxPlayers: number }

export type HeldRow = Terms & {
  authorizedAt: Instant
  expiresAt: Instant | null
  /** `ending` from a week before its end on; `withdrawn` while the game itself is off. */
  state: 'active' | 'ending' | 'ended' | 'withdrawn'
  /** A request for more time that waits. */
  waiting: Uuid | null
  /** What it will cost, and from when on. */
  nextPrice: Money | null
  nextPriceAt: Instant | null
}

/** `/operator/applications`: the games an operator may start, or lately might. */
export function ApplicationsPage({ applications, counts }: { applications: readonly HeldRow[]; counts: ApplicationCounts }) {
  const t = useText()
  return (
    <Layout title={t('nav.applications')} action={<AskLink />}>
      <ApplicationTabs current="held" counts={counts} />
      <Panel id="held" title={t('apps.held')} note={t('apps.price.note')}>
        <DataTable
          caption={t('apps.held')}
          rows={applications}
          rowKey={(row) => row.id}
          empty={<EmptyState icon="gamepad-2" title={t('apps.held.empty')} next={t('apps.held.emptyNext')} />}
          columns={[
            { head: t('apps.name'), cell: (row) => <Game of={row} />, wide: true },
            { head: t('apps.state'), cell: (row) => <StatusBadge noun="grant" state={row.state} /> },
            { head: t('apps.price'), cell: (row) => <Price of={row} />, number: true },
            { head: t('apps.players'), cell: (row) => `${row.minPlayers}–${row.maxPlayers}`, number: true },
            { head: t('apps.expires'), cell: (row) => <Ends of={row} /> },
            { head: t('apps.since'), cell: (row) => <Moment at={row.authorizedAt} /> },
            { head: t('account.action'), action: true, cell: (row) => <Renew of={row} /> },
          ]}
        />
      </Panel>
    </Layout>
  )
}

function AskLink() {
  const t = useText()
  return (
    <a class="button primary" href="/operator/applications/available">
      {t('apps.ask')}
    </a>
  )
}

const Game = ({ of }: { of: Terms }) => (
  <div>
    <b>
      <Name of={of.name} />
    </b>
    {of.description && (
      <span class="cell-more">
        <Name of={of.description} />
      </span>
    )}
  </div>
)

function Price({ of }: { of: HeldRow }) {
  const t = useText()
  return (
    <div>
      <Yuan of={of.unitPrice} />
      {of.nextPrice !== null && of.nextPriceAt && (
        <span class="cell-more">{t('catalogue.next', { time: formatMinute(of.nextPriceAt), price: formatYuan(of.nextPrice) })}</span>
      )}
    </div>
  )
}

function Ends({ of }: { of: HeldRow }) {
  const t = useText()
  if (of.expiresAt === null) return <>{t('apps.forever')}</>
  return (
    <span class={of.state === 'ending' ? 'list-text warn' : of.state === 'ended' ? 'list-text bad' : undefined}>
      <Moment at={of.expiresAt} />
    </span>
  )
}

function Renew({ of }: { of: HeldRow }) {
  const t = useText()
  if (of.waiting) return <a href={requestPath(of.waiting)}>{t('apps.waiting')}</a>
  if (of.state !== 'ending' && of.state !== 'ended') return null
  return (
    <a href={askPath(of.id)}>
      {t('apps.renew')}
      <span class="sr-only"> {of.name}</span>
    </a>
  )
}

/** `renews`: when the authorisation that is held ends or ended; null for a game that is not held. */
type AvailableRow = Terms & { renews: Instant | null }

/** `/operator/applications/available`: the games that may be asked for, and those that may be asked for again before they end. */
export function AvailablePage({ applications, counts }: { applications: readonly AvailableRow[]; counts: ApplicationCounts }) {
  const t = useText()
  return (
    <Layout title={t('apps.tabs.available')} trail={[{ href: '/operator/applications', label: t('nav.applications') }]}>
      <ApplicationTabs current="available" counts={counts} />
      <Panel id="available" title={t('apps.available')} note={t('apps.price.note')}>
        <DataTable
          caption={t('apps.available')}
          rows={applications}
          rowKey={(row) => row.id}
          empty={<EmptyState icon="gamepad-2" title={t('apps.available.empty')} next={t('apps.available.emptyNext')} />}
          columns={[
            { head: t('apps.name'), cell: (row) => <Game of={row} />, wide: true },
            { head: t('apps.price'), cell: (row) => <Yuan of={row.unitPrice} />, number: true },
            { head: t('apps.players'), cell: (row) => `${row.minPlayers}–${row.maxPlayers}`, number: true },
            { head: t('apps.expires'), cell: (row) => (row.renews ? <Moment at={row.renews} /> : '–') },
            { head: t('account.action'), action: true, cell: (row) => <Ask of={row} /> },
          ]}
        />
      </Panel>
    </Layout>
  )
}

function Ask({ of }: { of: AvailableRow }) {
  const t = useText()
  return (
    <a href={askPath(of.id)}>
      {t(of.renews ? 'apps.renew' : 'apps.ask')}
      <span class="sr-only"> {of.name}</span>
    </a>
  )
}

export type AskProps = {
  application: Terms
  /** As in the row it was asked from. */
  renews: Instant | null
  reason: string
  error: string | undefined
  message: string | null
}

/** `/operator/applications/:id/request`: why the game is wanted. */
export function AskPage({ application, renews, reason, error, message }: AskProps) {
  const t = useText()
  return (
    <Layout title={renews ? t('apps.renew') : t('apps.ask')} trail={[{ href: '/operator/applications', label: t('nav.applications') }]}>
      <section class="panel medium">
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <ErrorSummary errors={error === undefined ? [] : [{ name: 'reason', label: t('apps.reason'), message: error }]} />
        <Facts
          rows={[
            { label: t('apps.name'), value: <Name of={application.name} /> },
            { label: t('apps.price'), value: <Yuan of={application.unitPrice} /> },
            { label: t('apps.players'), value: `${application.minPlayers}–${application.maxPlayers}` },
            ...(renews ? [{ label: t('apps.expires'), value: <Moment at={renews} /> }] : []),
          ]}
        />
        <form method="post" action={askPath(application.id)} class="form" data-once noValidate={error !== undefined}>
          <CsrfField />
          <TextArea
            name="reason"
            label={t('apps.reason')}
            hint={t('apps.reason.hint')}
            value={reason}
            error={error}
            maxLength={500}
            rows={4}
          />
          <div class="form-actions">
            <SubmitButton>{t('apps.send')}</SubmitButton>
            <a class="button" href="/operator/applications/available">
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}
