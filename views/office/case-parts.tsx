import type { OfficeForm } from '#src/core/office'
import type { Entry, ShownEvent } from '#src/office/shown'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import type { Tone } from '../components/notice'
import { Timeline } from '../components/timeline'
import { useText } from '../page-context'
import { choiceWords, fieldWords } from './words'

/** What was asked for, entry by entry. */
export function Entries({ of, form }: { of: readonly Entry[]; form: OfficeForm }) {
  const t = useText()
  const rows = of.flatMap((entry) => (entry.kind === 'goods' || entry.kind === 'work' ? [] : [entry]))
  const tables = of.filter((entry) => entry.kind === 'goods' || entry.kind === 'work')
  if (of.length === 0) return <p class="muted">{t('office.entries.none')}</p>
  return (
    <>
      {tables.map((entry) => (
        <Items key={entry.name} of={entry} form={form} />
      ))}
      <Facts rows={rows.map((entry) => ({ label: t(fieldWords(form, entry.name)), value: <Value of={entry} form={form} /> }))} />
    </>
  )
}

type PlainEntry = Exclude<Entry, { kind: 'goods' | 'work' }>

function Value({ of, form }: { of: PlainEntry; form: OfficeForm }) {
  const t = useText()
  if (of.kind === 'money') return <Yuan of={of.value} />
  if (of.kind === 'choice') return <>{t(choiceWords(form, of.value))}</>
  if (of.kind === 'half_days') return <>{t('office.days', { days: of.value / 2 })}</>
  return <bdi class="prose">{of.value}</bdi>
}

function Items({ of, form }: { of: Entry; form: OfficeForm }) {
  const t = useText()
  const caption = t(fieldWords(form, of.name))
  const name = t('office.item.name')
  if (of.kind === 'goods')
    return (
      <DataTable
        compact
        caption={caption}
        rows={of.value}
        rowKey={(row) => `${row.name} ${row.quantity} ${row.price}`}
        empty={null}
        columns={[
          { head: name, cell: (row) => <Name of={row.name} />, wide: true },
          { head: t('office.item.quantity'), cell: (row) => row.quantity, number: true },
          { head: t('office.item.price'), cell: (row) => <Yuan of={row.price} />, number: true },
          { head: t('office.item.sum'), cell: (row) => <Yuan of={row.sum} />, number: true },
        ]}
      />
    )
  if (of.kind !== 'work') return null
  return (
    <DataTable
      compact
      caption={caption}
      rows={of.value}
      rowKey={(row) => row.name}
      empty={null}
      columns={[
        { head: name, cell: (row) => <Name of={row.name} />, wide: true },
        { head: t('office.item.state'), cell: (row) => t(`office.work.${row.state as 'open'}`) },
      ]}
    />
  )
}

const TONES: Partial<Record<ShownEvent['kind'], Tone>> = {
  approved: 'ok',
  confirmed: 'ok',
  finished: 'ok',
  paid: 'ok',
  rejected: 'bad',
  sent_back: 'warn',
  withdrawn: 'warn',
  reminded: 'info',
  submitted: 'info',
}

/** Everything that happened, newest first. */
export function Story({ of }: { of: readonly ShownEvent[] }) {
  const t = useText()
  if (of.length === 0) return <EmptyState icon="history" title={t('office.story.none')} next={t('office.story.noneNext')} />
  return (
    <Timeline
      events={of.map((event) => ({
        key: String(event.seq),
        at: event.at,
        tone: TONES[event.kind] ?? 'neutral',
        title: <EventTitle of={event} />,
        actor: event.actorName && <bdi>{event.actorName}</bdi>,
        children: event.comment && (
          <p class="office-comment">
            <bdi>{event.comment}</bdi>
          </p>
        ),
      }))}
    />
  )
}

function EventTitle({ of }: { of: ShownEvent }) {
  const t = useText()
  const place = of.nodeName ?? (of.node === 'start' || of.node === 'confirm' || of.node === 'pay' ? t(`office.node.${of.node}`) : null)
  const whom = of.peopleNames.slice(0, 12).join('、')
  return (
    <bdi>
      {t(`office.event.${of.kind}`)}
      {place && ` ${place}`}
      {whom !== '' && ` → ${whom}`}
    </bdi>
  )
}
