import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money } from '#src/core/money'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters } from '../components/filters'
import { CsrfField } from '../components/form'
import { Icon } from '../components/icon'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import {
  CHANNEL_VALUES,
  type ChannelValue,
  DIFFERENCES_PATH,
  DifferencesTable,
  type DifferenceView,
  KIND_VALUES,
  type KindValue,
  RECONCILIATION_PATH,
  ReconciliationTabs,
  STATE_VALUES,
  type StateValue,
} from './reconciliation-parts'

type Wanted = { channel?: ChannelValue | undefined; kind?: KindValue | undefined; state?: StateValue | 'todo' | 'overdue' | undefined }
export type DifferencesProps = { differences: Slice<DifferenceView>; sums: { rows: number; ours: Money; billed: Money }; filter: Wanted }

/** `/finance/reconciliation/differences`: everything that bills and books disagree on. */
export function DifferencesPage({ differences, sums, filter }: DifferencesProps) {
  const t = useText()
  const chips = useChips(filter)
  return (
    <Layout
      title={t('reconcile.differences')}
      trail={[{ href: RECONCILIATION_PATH, label: t('reconcile.title') }]}
      action={<ExportForm filter={filter} />}
    >
      <ReconciliationTabs current="differences" />
      <Panel id="differences" title={t('reconcile.differences')}>
        <Filters action={DIFFERENCES_PATH} chips={chips}>
          <StateFilter value={filter.state} />
          <FilterSelect
            name="kind"
            label={t('reconcile.kind')}
            value={filter.kind}
            options={[
              { value: '', label: t('reconcile.kind.all') },
              ...KIND_VALUES.map((value) => ({ value, label: t(`reconcile.kind.${value}`) })),
            ]}
          />
          <FilterSelect
            name="channel"
            label={t('reconcile.channel')}
            value={filter.channel}
            options={[
              { value: '', label: t('reconcile.filter.channel.all') },
              ...CHANNEL_VALUES.map((value) => ({ value, label: t(`ledger.channel.${value}`) })),
            ]}
          />
        </Filters>
        <DifferencesTable rows={differences.rows} caption={t('reconcile.differences')} isFiltered={chips.length > 0} withDay />
        <Pager
          of={differences}
          note={t('reconcile.differences.total', {
            count: formatCount(sums.rows),
            ours: formatYuan(sums.ours),
            billed: formatYuan(sums.billed),
          })}
        />
      </Panel>
    </Layout>
  )
}

function StateFilter({ value }: { value: Wanted['state'] }) {
  const t = useText()
  return (
    <FilterSelect
      name="state"
      label={t('reconcile.state')}
      value={value}
      options={[
        { value: '', label: t('reconcile.filter.state.all') },
        { value: 'todo', label: t('reconcile.filter.state.todo') },
        { value: 'overdue', label: t('reconcile.filter.state.overdue') },
        ...STATE_VALUES.map((state) => ({ value: state, label: t(`reconcile.difference.${state}`) })),
      ]}
    />
  )
}

function useChips({ channel, kind, state }: Wanted): Chip[] {
  const t = useText()
  return [
    ...(state
      ? [
          {
            label: state === 'todo' || state === 'overdue' ? t(`reconcile.filter.state.${state}`) : t(`reconcile.difference.${state}`),
            clear: ['state'],
          },
        ]
      : []),
    ...(kind ? [{ label: t(`reconcile.kind.${kind}`), clear: ['kind'] }] : []),
    ...(channel ? [{ label: t(`ledger.channel.${channel}`), clear: ['channel'] }] : []),
  ]
}

/** A form that is sent, since an export is recorded. */
function ExportForm({ filter }: { filter: Wanted }) {
  const t = useText()
  return (
    <details class="menu export-menu" data-menu>
      <summary class="button">
        <Icon name="download" />
        {t('reconcile.export')}
        <Icon name="chevron-down" />
      </summary>
      <form method="post" action={`${DIFFERENCES_PATH}/export`} class="menu-panel">
        <CsrfField />
        {Object.entries(filter).map(([name, value]) => value && <input key={name} type="hidden" name={name} value={value} />)}
        <button type="submit" class="menu-item" name="format" value="excel">
          {t('export.excel')}
        </button>
        <button type="submit" class="menu-item" name="format" value="csv">
          {t('export.csv')}
        </button>
      </form>
    </details>
  )
}
