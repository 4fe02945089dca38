import { showId, type Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { CsrfField, ErrorSummary, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import type { AccessRow } from './access-queue'
import { accessPath, applicationPath, grantPath, operatorPath } from './game-paths'
import { type TermErrors, TermFields, type TermValues, useTermFaults } from './term-fields'

type CaseOperator = {
  id: Uuid
  name: string
  username: string
  category: 'trial' | 'normal' | 'vip'
  balance: Money
  totalConsumed: Money
  isLocked: boolean
  deactivatedAt: Instant | null
  createdAt: Instant
  lastTransactionAt: Instant | null
  sites: number
  games: number
}
export type AccessCaseProps = {
  request: AccessRow & { applicationId: Uuid; rejectReason: string | null; reviewNote: string | null }
  operator: CaseOperator
  application: { id: Uuid; appName: string; unitPrice: Money; minPlayers: number; maxPlayers: number; isActive: boolean }
  /** What the operator may already start it by. */
  held: { id: Uuid; expiresAt: Instant | null } | undefined
  earlier: readonly AccessRow[]
  mayReview: boolean
  values: TermValues & { reason: string }
  errors: TermErrors & { reason?: string }
  message: string | null
}

/** `/admin/app-requests/:id`: everything that a decision needs, and the decision. */
export function AccessCasePage(props: AccessCaseProps) {
  const t = useText()
  const { request, operator, application, held, earlier, mayReview, message } = props
  const isOpen = request.status === 'pending'
  return (
    <Layout title={t('access.case')} trail={[{ href: '/admin/app-requests', label: t('access.title') }]}>
      {message !== null && <Notice tone="bad" title={message} focus />}
      <div class="columns even">
        <div class="stack">
          <RequestFacts {...props} />
          <Panel id="operator" title={t('access.about')}>
            {operator.isLocked && <Notice tone="bad" title={t('access.locked')} />}
            {operator.deactivatedAt && <Notice tone="bad" title={t('access.closed')} />}
            <OperatorFacts of={operator} />
          </Panel>
        </div>
        <div class="stack">
          {isOpen && !application.isActive && <Notice tone="warn" title={t('access.retired')} />}
          {isOpen && held && (
            <Notice tone="info" title={held.expiresAt ? t('access.held.until', { time: formatMinute(held.expiresAt) }) : t('access.held')}>
              <p>{t('access.held.next')}</p>
              <a href={grantPath(held.id)}>{t('access.held.look')}</a>
            </Notice>
          )}
          {isOpen && mayReview && <Approval {...props} />}
          {isOpen && mayReview && <Rejection {...props} />}
          <Panel id="earlier" title={t('access.earlier')}>
            <Earlier rows={earlier} />
          </Panel>
        </div>
      </div>
    </Layout>
  )
}

function RequestFacts({ request, application }: AccessCaseProps) {
  const t = useText()
  return (
    <Panel id="request" title={t('apps.request')} note={<StatusBadge noun="request" state={request.status} />}>
      <Facts
        rows={[
          {
            label: t('apps.name'),
            value: (
              <a href={applicationPath(application.id)}>
                <Name of={application.appName} />
              </a>
            ),
          },
          { label: t('apps.price'), value: <Yuan of={application.unitPrice} /> },
          { label: t('apps.players'), value: `${application.minPlayers}–${application.maxPlayers}` },
          { label: t('apps.reason'), value: <bdi class="prose">{request.reason}</bdi> },
          { label: t('apps.request.at'), value: <Moment at={request.createdAt} seconds /> },
          { label: t('access.number'), value: <ShortId id={showId('request', request.id)} /> },
          ...(request.reviewedAt
            ? [
                { label: t('access.reviewer'), value: <Name of={request.reviewerName ?? '–'} /> },
                { label: t('apps.request.reviewedAt'), value: <Moment at={request.reviewedAt} seconds /> },
              ]
            : []),
          ...(request.rejectReason ? [{ label: t('access.reject.reason'), value: <bdi class="prose">{request.rejectReason}</bdi> }] : []),
          ...(request.reviewNote ? [{ label: t('grants.note'), value: <bdi class="prose">{request.reviewNote}</bdi> }] : []),
        ]}
      />
    </Panel>
  )
}

function OperatorFacts({ of }: { of: CaseOperator }) {
  const t = useText()
  return (
    <Facts
      rows={[
        {
          label: t('access.operator'),
          value: (
            <a href={operatorPath(of.id)}>
              <Name of={of.name} />
            </a>
          ),
        },
        { label: t('access.username'), value: <Name of={of.username} /> },
        { label: t('access.category'), value: t(`category.${of.category}`) },
        { label: t('access.balance'), value: <Yuan of={of.balance} /> },
        { label: t('access.consumed'), value: <Yuan of={of.totalConsumed} /> },
        { label: t('access.sites'), value: formatCount(of.sites) },
        { label: t('access.games'), value: formatCount(of.games) },
        { label: t('access.since'), value: <Moment at={of.createdAt} /> },
        { label: t('access.last'), value: of.lastTransactionAt ? <Moment at={of.lastTransactionAt} /> : '–' },
      ]}
    />
  )
}

function Approval({ request, operator, application, values, errors }: AccessCaseProps) {
  const t = useText()
  const wrong = useTermFaults(errors)
  return (
    <Panel id="approve" title={t('access.approve')}>
      <ErrorSummary errors={wrong} />
      <form method="post" action={`${accessPath(request.id)}/approval`} class="form" data-once noValidate={wrong.length > 0}>
        <CsrfField />
        <p>{t('access.approve.effect', { operator: operator.name, game: application.appName })}</p>
        <TermFields values={values} errors={errors} />
        <div class="form-actions">
          <SubmitButton>{t('access.approve')}</SubmitButton>
        </div>
      </form>
    </Panel>
  )
}

function Rejection({ request, values, errors }: AccessCaseProps) {
  const t = useText()
  return (
    <Panel id="reject" title={t('access.reject')}>
      <ErrorSummary
        errors={errors.reason === undefined ? [] : [{ name: 'reason', label: t('access.reject.reason'), message: errors.reason }]}
      />
      <form method="post" action={`${accessPath(request.id)}/rejection`} class="form" data-once noValidate={errors.reason !== undefined}>
        <CsrfField />
        <TextArea
          name="reason"
          label={t('access.reject.reason')}
          hint={t('access.reject.hint')}
          value={values.reason}
          error={errors.reason}
          maxLength={200}
          rows={3}
        />
        <div class="form-actions">
          <button type="submit" class="button danger" data-sending={t('form.sending')}>
            {t('access.reject')}
          </button>
        </div>
      </form>
    </Panel>
  )
}

function Earlier({ rows }: { rows: readonly AccessRow[] }) {
  const t = useText()
  return (
    <DataTable
      caption={t('access.earlier')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={<EmptyState title={t('access.earlier.empty')} next={t('access.earlier.emptyNext')} />}
      columns={[
        {
          head: t('apps.name'),
          cell: (row) => (
            <a href={accessPath(row.id)}>
              <Name of={row.appName} />
            </a>
          ),
          wide: true,
        },
        { head: t('apps.state'), cell: (row) => <StatusBadge noun="request" state={row.status} /> },
        { head: t('apps.request.at'), cell: (row) => <Moment at={row.createdAt} /> },
      ]}
    />
  )
}
