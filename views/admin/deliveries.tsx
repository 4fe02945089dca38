import { isPlainKey } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { useAddress, useAsked } from '../components/address'
import { ConfirmForm } from '../components/confirm'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { CsrfField, ErrorSummary, TextArea } from '../components/form'
import { maskEmail } from '../components/masked'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { Tabs } from '../components/tabs'
import { Layout } from '../layout'
import { useText } from '../page-context'

const PATH = '/admin/deliveries'
const STATES = ['dead', 'failing', 'waiting'] as const
type State = (typeof STATES)[number]

export type DeliveryView = {
  id: bigint
  task: string
  payload: Record<string, unknown>
  attempts: number
  maxAttempts: number
  lastError: string | null
  createdAt: Instant
  triedAt: Instant
  nextAt: Instant
  isUnderWay: boolean
  about: string | null
  recipient: string | null
}

export type DeliveriesProps = {
  counts: { waiting: number; failing: number; dead: number; oldestAt: Instant | null }
  deliveries: readonly DeliveryView[]
  state: State
  /** Where the deliveries before these begin; null when there are none. */
  older: string | null
  mayAct: boolean
}

/** `/admin/deliveries`: what is on its way to the outside, and what nobody tries any more. */
export function DeliveriesPage(props: DeliveriesProps) {
  const t = useText()
  const { counts, state, mayAct } = props
  const tabs = STATES.map((one) => ({
    href: one === 'dead' ? PATH : `${PATH}?state=${one}`,
    label: t(`deliveries.state.${one}`),
    current: one === state,
    count: counts[one],
  }))
  return (
    <Layout
      title={t('deliveries.title')}
      note={t('deliveries.note')}
      action={
        mayAct && state === 'dead' && counts.dead > 1 ? (
          <a class="button" href={`${PATH}/replay`}>
            {t('deliveries.replayAll')}
          </a>
        ) : undefined
      }
    >
      <Tabs label={t('deliveries.title')} tabs={tabs} />
      <Panel id="deliveries" title={t(`deliveries.state.${state}`)} note={t(`deliveries.state.${state}.note`)}>
        <Deliveries {...props} />
      </Panel>
    </Layout>
  )
}

/** What a task is in words; one that this release has none for keeps its name. */
function useTaskWords(): (task: string) => string {
  const t = useText()
  return (task) => {
    const key = `deliveries.task.${task}`
    return isPlainKey(key) ? t(key) : task
  }
}

/** What it is about in one line: what and to whom where that is known, otherwise what the queue keeps; addresses are masked. */
function useAbout(): (delivery: DeliveryView) => string {
  const t = useText()
  return ({ about, recipient, payload }) => {
    if (about === null)
      return Object.values(payload)
        .map((value) => masked(String(value)))
        .join(' · ')
    const channel = `alertChannels.${about}`
    const what = isPlainKey(channel) ? t(channel) : about
    return [what, masked(recipient ?? '')].filter((part) => part !== '').join(' → ')
  }
}

const masked = (text: string): string => (text.includes('@') ? maskEmail(text) : text)

function Deliveries({ deliveries, state, older, mayAct }: DeliveriesProps) {
  const t = useText()
  const address = useAddress()
  const asked = useAsked()
  const words = useTaskWords()
  const aboutOf = useAbout()
  return (
    <>
      <DataTable
        caption={t(`deliveries.state.${state}`)}
        rows={deliveries}
        rowKey={(row) => String(row.id)}
        empty={<EmptyState icon="circle-check" title={t(`deliveries.empty.${state}`)} next={t(`deliveries.emptyNext.${state}`)} />}
        columns={[
          {
            head: t('deliveries.what'),
            cell: (row) => (
              <>
                {words(row.task)}
                <span class="cell-more">
                  <Name of={aboutOf(row)} />
                </span>
              </>
            ),
            wide: true,
          },
          { head: t('deliveries.why'), cell: (row) => <Name of={row.lastError ?? '–'} />, wide: true },
          { head: t('deliveries.attempts'), cell: (row) => `${row.attempts} / ${row.maxAttempts}`, number: true },
          { head: t('deliveries.created'), cell: (row) => <Moment at={row.createdAt} seconds /> },
          state === 'dead'
            ? { head: t('deliveries.tried'), cell: (row) => <Moment at={row.triedAt} seconds /> }
            : {
                head: t('deliveries.next'),
                cell: (row) => (row.isUnderWay ? t('deliveries.underWay') : <Moment at={row.nextAt} seconds />),
              },
          ...(mayAct && state === 'dead'
            ? [{ head: t('deliveries.action'), action: true, cell: (row: DeliveryView) => <Acts id={row.id} about={aboutOf(row)} /> }]
            : []),
        ]}
      />
      {(older !== null || asked('older') !== undefined) && (
        <p class="pager-steps">
          {asked('older') !== undefined && <a href={address({ older: null })}>{t('deliveries.newest')}</a>}
          {older !== null && (
            <a class="button" href={address({ older })} rel="next">
              {t('deliveries.older')}
            </a>
          )}
        </p>
      )}
    </>
  )
}

function Acts({ id, about }: { id: bigint; about: string }) {
  const t = useText()
  return (
    <span class="row-links">
      <a href={`${PATH}/${id}/replay`} aria-label={t('deliveries.replay.of', { about })}>
        {t('deliveries.replay')}
      </a>
      <a href={`${PATH}/${id}/drop`} aria-label={t('deliveries.drop.of', { about })}>
        {t('deliveries.drop')}
      </a>
    </span>
  )
}

const TRAIL = (title: string) => [{ href: PATH, label: title }]

/** `/admin/deliveries/replay`: asks before everything that is dead is tried again. */
export function ReplayAllPage({ dead }: { dead: number }) {
  const t = useText()
  const title = t('deliveries.replayAll')
  return (
    <Layout title={title} trail={TRAIL(t('deliveries.title'))}>
      <section class="panel" aria-label={title}>
        <ConfirmForm id="replay" action={`${PATH}/replay`} verb={title} back={PATH} tone="primary">
          <p>{t('deliveries.replayAll.what', { count: dead })}</p>
        </ConfirmForm>
      </section>
    </Layout>
  )
}

/** `/admin/deliveries/:id/replay`: asks before one is tried again. */
export function ReplayDeliveryPage({ delivery }: { delivery: DeliveryView }) {
  const t = useText()
  const title = t('deliveries.replay.title')
  return (
    <Layout title={title} trail={TRAIL(t('deliveries.title'))}>
      <DeliveryFacts delivery={delivery} />
      <section class="panel" aria-label={title}>
        <ConfirmForm id="replay" action={`${PATH}/${delivery.id}/replay`} verb={t('deliveries.replay')} back={PATH} tone="primary">
          <p>{t('deliveries.replay.what', { count: delivery.maxAttempts })}</p>
        </ConfirmForm>
      </section>
    </Layout>
  )
}

export type DropDeliveryProps = { delivery: DeliveryView; values: { reason: string }; errors: { reason?: string } }

/** `/admin/deliveries/:id/drop`: gives one up, with a reason. */
export function DropDeliveryPage({ delivery, values, errors }: DropDeliveryProps) {
  const t = useText()
  const title = t('deliveries.drop.title')
  const label = t('deliveries.reason')
  return (
    <Layout title={title} trail={TRAIL(t('deliveries.title'))}>
      <DeliveryFacts delivery={delivery} />
      <Panel id="drop" title={title}>
        <form method="post" action={`${PATH}/${delivery.id}/drop`} class="form" data-once>
          <CsrfField />
          <ErrorSummary errors={errors.reason ? [{ name: 'reason', label, message: errors.reason }] : []} />
          <p>{t('deliveries.drop.what')}</p>
          <TextArea
            name="reason"
            label={label}
            value={values.reason}
            hint={t('deliveries.reason.hint')}
            error={errors.reason}
            maxLength={200}
          />
          <div class="form-actions">
            <button type="submit" class="button danger" data-sending={t('form.sending')}>
              {t('deliveries.drop')}
            </button>
            <a class="button" href={PATH}>
              {t('form.back')}
            </a>
          </div>
        </form>
      </Panel>
    </Layout>
  )
}

function DeliveryFacts({ delivery }: { delivery: DeliveryView }) {
  const t = useText()
  const words = useTaskWords()
  const aboutOf = useAbout()
  return (
    <Panel id="delivery" title={words(delivery.task)}>
      <Facts
        rows={[
          { label: t('deliveries.what'), value: <Name of={aboutOf(delivery)} /> },
          { label: t('deliveries.why'), value: <Name of={delivery.lastError ?? '–'} /> },
          { label: t('deliveries.attempts'), value: `${delivery.attempts} / ${delivery.maxAttempts}` },
          { label: t('deliveries.created'), value: <Moment at={delivery.createdAt} seconds /> },
          { label: t('deliveries.tried'), value: <Moment at={delivery.triedAt} seconds /> },
        ]}
      />
    </Panel>
  )
}
