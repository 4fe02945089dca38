import { showId } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatCount } from '../components/figures'
import { type Chip, FilterCheck, Filters, FilterText } from '../components/filters'
import { useMay } from '../components/may'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { useText } from '../page-context'
import { OperatorFrame, type OperatorHead, operatorPath } from './operator-frame'
import { type SiteRow, SitesTable } from './sites'

export type OperatorSitesProps = {
  operator: OperatorHead
  sites: Slice<SiteRow>
  counts: { sites: number }
  keyword: string
  showDeleted: boolean
}

/** `…/sites`: where its games run. */
export function OperatorSitesPage({ operator, sites, counts, keyword, showDeleted }: OperatorSitesProps) {
  const t = useText()
  const may = useMay()
  const at = `${operatorPath(operator.id)}/sites`
  const chips: Chip[] = [
    ...(keyword ? [{ label: t('sites.keyword.chip', { keyword }), clear: ['keyword'] }] : []),
    ...(showDeleted ? [{ label: t('sites.showDeleted'), clear: ['deleted'] }] : []),
  ]
  return (
    <OperatorFrame
      operator={operator}
      tab="sites"
      action={
        may('site:manage') &&
        !operator.deactivatedAt && (
          <a class="button primary" href={`/admin/sites/new?operator=${showId('operator', operator.id)}`}>
            {t('sites.create')}
          </a>
        )
      }
    >
      <Panel id="sites" title={t('sites.list')} note={t('sites.list.note')}>
        <Filters action={at} chips={chips}>
          <FilterText name="keyword" label={t('sites.keyword')} value={keyword || undefined} placeholder={t('sites.keyword.placeholder')} />
          <FilterCheck name="deleted" label={t('sites.showDeleted')} checked={showDeleted} />
        </Filters>
        <SitesTable rows={sites.rows} filtered={chips.length > 0} />
        <Pager of={sites} note={t('adminSites.count', { sites: formatCount(counts.sites) })} />
      </Panel>
    </OperatorFrame>
  )
}
