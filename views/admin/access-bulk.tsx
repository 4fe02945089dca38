import { showId } from '#src/core/ids'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { CsrfField, ErrorSummary, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import type { AccessRow } from './access-queue'
import { type TermErrors, TermFields, type TermValues, useTermFaults } from './term-fields'

export type AccessBulkProps = {
  decision: 'approve' | 'reject'
  requests: readonly AccessRow[]
  values: TermValues & { reason: string }
  errors: TermErrors & { reason?: string }
}

/** `/admin/app-requests/bulk`: the requests that were ticked, and one decision for all of them. */
export function AccessBulkPage({ decision, requests, values, errors }: AccessBulkProps) {
  const t = useText()
  const count = requests.length
  return (
    <Layout title={t(`access.bulk.${decision}`)} trail={[{ href: '/admin/app-requests', label: t('access.title') }]}>
      <div class="columns even">
        <Panel id="chosen" title={t('access.bulk.chosen', { count })}>
          <DataTable
            caption={t('access.bulk.chosen', { count })}
            rows={requests}
            rowKey={(row) => row.id}
            empty={<EmptyState title={t('access.bulk.nothing')} next={t('access.bulk.nothingNext')} />}
            columns={[
              { head: t('access.operator'), cell: (row) => <Name of={row.operatorName} />, wide: true },
              { head: t('apps.name'), cell: (row) => <Name of={row.appName} />, wide: true },
              { head: t('apps.request.at'), cell: (row) => <Moment at={row.createdAt} /> },
              { head: t('apps.state'), cell: (row) => <StatusBadge noun="request" state={row.status} /> },
            ]}
          />
        </Panel>
        <Panel id="decision" title={t(`access.${decision}`)}>
          <Decision decision={decision} requests={requests} values={values} errors={errors} />
        </Panel>
      </div>
    </Layout>
  )
}

function Decision({ decision, requests, values, errors }: AccessBulkProps) {
  const t = useText()
  const faults = useTermFaults(errors)
  const wrong = errors.reason === undefined ? faults : [{ name: 'reason', label: t('access.reject.reason'), message: errors.reason }]
  const count = requests.length
  return (
    <>
      <ErrorSummary errors={wrong} />
      <form method="post" action="/admin/app-requests/bulk" class="form" data-once noValidate={wrong.length > 0}>
        <CsrfField />
        <input type="hidden" name="decision" value={decision} />
        <input type="hidden" name="requests" value={requests.map(({ id }) => showId('request', id)).join(',')} />
        <p>{t(`access.bulk.${decision}.effect`, { count })}</p>
        {decision === 'approve' ? (
          <TermFields values={values} errors={errors} />
        ) : (
          <TextArea
            name="reason"
            label={t('access.reject.reason')}
            hint={t('access.reject.hint')}
            value={values.reason}
            error={errors.reason}
            maxLength={200}
            rows={3}
          />
        )}
        <div class="form-actions">
          {decision === 'approve' ? (
            <SubmitButton>{t('access.bulk.approve.verb', { count })}</SubmitButton>
          ) : (
            <button type="submit" class="button danger" data-sending={t('form.sending')}>
              {t('access.bulk.reject.verb', { count })}
            </button>
          )}
          <a class="button" href="/admin/app-requests">
            {t('form.cancel')}
          </a>
        </div>
      </form>
    </>
  )
}
