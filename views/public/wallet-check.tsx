import { CsrfField, Field } from '../components/form'
import { WalletCheckSteps } from '../components/wallet-check'
import { useText } from '../page-context'
import { PublicLayout } from '../public-layout'

/** `/integration/wallet-check`: a partner tries its own key against the running system; the key stays in the browser. */
export function PartnerWalletCheckPage() {
  const t = useText()
  return (
    <PublicLayout title={t('wallets.check.title')} width="wide">
      <div class="stack">
        <section class="card">
          <h1>{t('wallets.check.title')}</h1>
          <p class="muted">{t('wallets.check.note')}</p>
          <p>{t('wallets.check.partner')}</p>
          <form method="post" action="/integration/wallet-check" class="form" data-wallet-check-form>
            <CsrfField />
            <Field
              name="key"
              type="password"
              label={t('wallets.check.key')}
              hint={t('wallets.check.key.hint')}
              autocomplete="off"
              maxLength={64}
            />
            <div class="form-actions">
              <button type="submit" class="button primary">
                {t('wallets.check.start')}
              </button>
            </div>
          </form>
        </section>
        <WalletCheckSteps ownKey={null} />
      </div>
    </PublicLayout>
  )
}
