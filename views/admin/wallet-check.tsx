import { CsrfField } from '../components/form'
import { WalletCheckSteps } from '../components/wallet-check'
import { Layout } from '../layout'
import { useText } from '../page-context'

/** `/admin/wallet-check`: the whole flow of a partner, with a key that was made for this run. */
export function WalletCheckPage({ ownKey }: { ownKey: string | null }) {
  const t = useText()
  return (
    <Layout
      title={t('wallets.check.title')}
      note={t('wallets.check.note')}
      trail={[{ href: '/admin/partners', label: t('partners.title') }]}
    >
      <div class="stack">
        <section class="panel">
          <p>{t('wallets.check.own')}</p>
          <form method="post" action="/admin/wallet-check" class="form" data-wallet-check-form>
            <CsrfField />
            <div class="form-actions">
              <button type="submit" class="button primary">
                {t('wallets.check.start')}
              </button>
            </div>
          </form>
        </section>
        <WalletCheckSteps ownKey={ownKey} />
      </div>
    </Layout>
  )
}
