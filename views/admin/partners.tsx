import { showId, type Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Field, Select } from '../components/form'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'

export type PartnerView = {
  id: Uuid
  platform: string
  name: string
  keyHint: string
  keyGeneratedAt: Instant
  signatureRequired: boolean
  rateLimitPerMinute: number
  disabledAt: Instant | null
  createdAt: Instant
}

export type PartnersProps = { partners: readonly (PartnerView & { players: number })[] }

export const partnerPath = (id: Uuid): string => `/admin/partners/${showId('partner', id)}`

export function PartnerState({ disabledAt }: Pick<PartnerView, 'disabledAt'>) {
  const t = useText()
  return disabledAt ? <Badge tone="neutral">{t('partners.state.disabled')}</Badge> : <Badge tone="ok">{t('partners.state.open')}</Badge>
}

/** `/admin/partners`: who may call the shared wallet. */
export function PartnersPage({ partners }: PartnersProps) {
  const t = useText()
  return (
    <Layout
      title={t('partners.title')}
      note={t('partners.note')}
      action={
        <>
          <a class="button" href="/admin/wallet-check">
            {t('wallets.check.title')}
          </a>
          <a class="button primary" href="/admin/partners/new">
            {t('partners.new')}
          </a>
        </>
      }
    >
      <div class="stack">
        <Panel id="list" title={t('partners.list')}>
          <DataTable
            caption={t('partners.list')}
            rows={partners}
            rowKey={(row) => row.id}
            empty={<EmptyState icon="wallet" title={t('partners.empty')} next={t('partners.emptyNext')} />}
            columns={[
              {
                head: t('partners.name'),
                cell: (row) => (
                  <>
                    <a href={partnerPath(row.id)}>
                      <Name of={row.name} />
                    </a>
                    <span class="cell-more">
                      <code>{row.platform}</code>
                    </span>
                  </>
                ),
                wide: true,
              },
              { head: t('partners.state'), cell: (row) => <PartnerState disabledAt={row.disabledAt} /> },
              {
                head: t('partners.key'),
                cell: (row) => (
                  <>
                    <code>{row.keyHint}</code>
                    <span class="cell-more">
                      <Moment at={row.keyGeneratedAt} />
                    </span>
                  </>
                ),
              },
              {
                head: t('partners.signature'),
                cell: (row) => t(row.signatureRequired ? 'partners.signature.yes' : 'partners.signature.no'),
              },
              { head: t('partners.rate'), cell: (row) => formatCount(row.rateLimitPerMinute), number: true },
              { head: t('partners.players'), cell: (row) => formatCount(row.players), number: true },
            ]}
          />
        </Panel>
        {partners.length > 0 && <FindWallet platforms={partners} />}
      </div>
    </Layout>
  )
}

type FindProps = { platforms: readonly { platform: string; name: string }[]; sought?: { platform: string; user: string } }

/** Asks for a player of a platform. */
export function FindWallet({ platforms, sought }: FindProps) {
  const t = useText()
  return (
    <Panel id="find" title={t('wallets.find')}>
      <form class="form inline-form" method="get" action="/admin/wallets">
        <Select
          name="platform"
          label={t('partners.platform')}
          value={sought?.platform}
          options={platforms.map(({ platform, name }) => ({ value: platform, label: `${name} (${platform})` }))}
        />
        <Field name="user" label={t('wallets.find.user')} value={sought?.user} autocomplete="off" maxLength={128} />
        <div class="form-actions">
          <button type="submit" class="button">
            {t('search.go')}
          </button>
        </div>
      </form>
    </Panel>
  )
}
