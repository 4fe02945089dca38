import { type Instant, iso } from '#src/core/time'
import { ConfirmForm } from '../components/confirm'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { CsrfField, ErrorSummary, Select, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Secret } from '../components/secret'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Refused, wrongFields } from './operator-frame'
import type { SCOPES } from './partner-form'
import { PartnerState, type PartnerView, partnerPath } from './partners'

const OVERLAPS = ['0', '3600', '86400', '604800'] as const

export type PartnerProps = {
  partner: PartnerView & { scopes: readonly (typeof SCOPES)[number][]; origins: readonly string[]; previousKeyValidUntil: Instant | null }
  players: number
  /** In clear, right after it was made. */
  shownKey: string | null
}

const trail = (label: string) => [{ href: '/admin/partners', label }]

/** `/admin/partners/:partner_id`: what a platform may do, and its key. */
export function PartnerPage({ partner, players, shownKey }: PartnerProps) {
  const t = useText()
  const at = partnerPath(partner.id)
  return (
    <Layout
      title={partner.name}
      trail={trail(t('partners.title'))}
      action={
        <a class="button" href={`${at}/edit`}>
          {t('partners.edit')}
        </a>
      }
    >
      <div class="stack">
        {shownKey && <KeyOnce value={shownKey} />}
        <Panel id="particulars" title={t('partners.particulars')} note={<PartnerState disabledAt={partner.disabledAt} />}>
          <Facts
            rows={[
              { label: t('partners.platform'), value: <code>{partner.platform}</code> },
              { label: t('partners.players'), value: formatCount(players) },
              { label: t('partners.rate'), value: formatCount(partner.rateLimitPerMinute) },
              { label: t('partners.signature'), value: t(partner.signatureRequired ? 'partners.signature.yes' : 'partners.signature.no') },
              { label: t('partners.scopes'), value: partner.scopes.map((scope) => t(`partners.scope.${scope}`)).join(' · ') },
              { label: t('partners.origins'), value: partner.origins.length > 0 ? partner.origins.join(' ') : '–' },
              { label: t('partners.created'), value: <Moment at={partner.createdAt} /> },
            ]}
          />
          <p class="form-actions">
            <a class="button" href={`${at}/state`}>
              {t(partner.disabledAt ? 'partners.enable' : 'partners.disable')}
            </a>
          </p>
        </Panel>
        <Panel id="key" title={t('partners.key')}>
          <Facts
            rows={[
              { label: t('partners.key'), value: <code>{partner.keyHint}</code> },
              { label: t('partners.key.made'), value: <Moment at={partner.keyGeneratedAt} seconds /> },
              ...(partner.previousKeyValidUntil
                ? [{ label: t('partners.key.previous'), value: <Moment at={partner.previousKeyValidUntil} seconds /> }]
                : []),
            ]}
          />
          <p class="form-actions">
            <a class="button" href={`${at}/key`}>
              {t('partners.key.renew')}
            </a>
          </p>
        </Panel>
      </div>
    </Layout>
  )
}

function KeyOnce({ value }: { value: string }) {
  const t = useText()
  return (
    <div class="panel" tabIndex={-1} data-focus>
      <Notice tone="warn">
        <p>{t('partners.key.once')}</p>
      </Notice>
      <Secret id="key-once" label={t('partners.key')} value={value} />
    </div>
  )
}

type ActProps = { partner: PartnerView; errors: Record<string, string>; message: string | null }

/** `/admin/partners/:partner_id/key`: a new key, and how long the old one goes on. */
export function RenewPartnerKeyPage({ partner, message }: Omit<ActProps, 'errors'>) {
  const t = useText()
  const at = partnerPath(partner.id)
  return (
    <Layout title={t('partners.key.renew')} trail={[...trail(t('partners.title')), { href: at, label: partner.name }]}>
      <section class="panel medium">
        <Refused message={message} />
        <p>{t('partners.key.renew.what')}</p>
        <form method="post" action={`${at}/key`} class="form" data-once>
          <CsrfField />
          <input type="hidden" name="replaces" value={iso(partner.keyGeneratedAt)} />
          <Select
            name="overlap"
            label={t('partners.key.overlap')}
            value="86400"
            options={OVERLAPS.map((value) => ({ value, label: t(`partners.key.overlap.${value}`) }))}
          />
          <div class="form-actions">
            <SubmitButton>{t('partners.key.renew')}</SubmitButton>
            <a class="button" href={at}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}

/** `/admin/partners/:partner_id/state`: shut out or let in again, with a reason. */
export function PartnerStatePage({ partner, errors, message, reason }: ActProps & { reason: string }) {
  const t = useText()
  const at = partnerPath(partner.id)
  const verb = t(partner.disabledAt ? 'partners.enable' : 'partners.disable')
  const wrong = wrongFields(['reason'] as const, errors, () => t('partners.reason'))
  return (
    <Layout title={verb} trail={[...trail(t('partners.title')), { href: at, label: partner.name }]}>
      <section class="panel medium">
        <Refused message={message} />
        <ErrorSummary errors={wrong} />
        <ConfirmForm
          id="partner-state"
          action={`${at}/state`}
          verb={verb}
          back={at}
          tone={partner.disabledAt ? 'primary' : 'danger'}
          fields={{ enable: String(partner.disabledAt !== null) }}
        >
          <p>{t(partner.disabledAt ? 'partners.enable.what' : 'partners.disable.what')}</p>
          <TextArea
            name="reason"
            label={t('partners.reason')}
            hint={t('partners.reason.hint')}
            value={reason}
            error={errors.reason}
            maxLength={200}
          />
        </ConfirmForm>
      </section>
    </Layout>
  )
}
