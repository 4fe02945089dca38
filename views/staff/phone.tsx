import { ConfirmForm } from '../components/confirm'
import { CopyButton } from '../components/copy'
import { CsrfField, Field, SubmitButton } from '../components/form'
import { Notice } from '../components/notice'
import { Qr, type QrDrawing } from '../components/qr'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { DutyFrame } from './duty-frame'

export type EnrolProps = {
  isDuty: boolean
  /** There is a phone already, which this one replaces. */
  replaces: boolean
  next: string
  qr: QrDrawing
  /** In groups of four, as people type it. */
  secret: string
  ticket: string
  error: string | undefined
  message: string | null
}

/** `/staff/security/totp`: the phone learns the secret and proves it by a first code. */
export function EnrolPage({ isDuty, replaces, next, qr, secret, ticket, error, message }: EnrolProps) {
  const t = useText()
  return (
    <DutyFrame title={t(replaces ? 'phone.replace.title' : 'phone.enrol.title')} isDuty={isDuty}>
      {isDuty && <p>{t('phone.duty.why')}</p>}
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      <h2>{t('phone.step.scan')}</h2>
      <p class="muted">{t('phone.step.scan.text')}</p>
      <figure class="qr">
        <Qr of={qr} label={t('phone.qr')} />
      </figure>
      <details class="more">
        <summary>{t('phone.secret')}</summary>
        <div class="secret">
          <output class="secret-value" aria-label={t('phone.secret')}>
            {secret}
          </output>
          <CopyButton value={secret.replaceAll(' ', '')} words />
        </div>
      </details>
      <form method="post" action="/staff/security/totp" class="form narrow" data-once noValidate={error !== undefined}>
        <CsrfField />
        <input type="hidden" name="ticket" value={ticket} />
        <input type="hidden" name="next" value={next} />
        <Field
          name="totp_code"
          label={t('phone.step.code')}
          hint={t(replaces ? 'phone.replace.effect' : 'phone.effect')}
          error={error}
          autocomplete="one-time-code"
          inputMode="numeric"
          maxLength={6}
        />
        <div class="form-actions">
          <SubmitButton>{t(replaces ? 'phone.verb.replace' : 'phone.verb')}</SubmitButton>
        </div>
      </form>
    </DutyFrame>
  )
}

export type CodesProps = { isDuty: boolean; codes: readonly string[]; next: string }

/** The only time the recovery codes are shown. The browser itself asks for the tick before going on. */
export function CodesPage({ isDuty, codes, next }: CodesProps) {
  const t = useText()
  const [path, query] = next.split('?') as [string, string | undefined]
  return (
    <DutyFrame title={t('phone.codes.title')} isDuty={isDuty}>
      <p>{t('phone.codes.lead')}</p>
      <Notice tone="warn">
        <p>{t('phone.codes.once')}</p>
      </Notice>
      <ol class="codes" aria-label={t('security.codes')}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <CopyButton value={codes.join('\n')} words />
      <form method="get" action={path} class="form">
        {[...new URLSearchParams(query)].map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <label class="check">
          <input type="checkbox" required />
          <span>{t('phone.codes.saved')}</span>
        </label>
        <div class="form-actions">
          <button type="submit" class="button primary">
            {t('phone.codes.continue')}
          </button>
        </div>
      </form>
    </DutyFrame>
  )
}

const QUESTIONS = {
  removal: { title: 'phone.remove.title', effect: 'phone.remove.effect', verb: 'phone.remove.verb' },
  'recovery-codes': { title: 'phone.codes.renew.title', effect: 'phone.codes.renew.effect', verb: 'phone.codes.renew.verb' },
} as const

/** Asks before the phone is no longer asked for, or before new recovery codes take the place of the old. */
export function PhoneQuestionPage({ what }: { what: keyof typeof QUESTIONS }) {
  const t = useText()
  const { title, effect, verb } = QUESTIONS[what]
  return (
    <Layout title={t(title)} trail={[{ href: '/staff/security', label: t('security.title') }]}>
      <section class="panel medium" aria-label={t(title)}>
        <ConfirmForm
          id={what}
          action={`/staff/security/${what}`}
          verb={t(verb)}
          back="/staff/security"
          tone={what === 'removal' ? 'danger' : 'primary'}
        >
          <p>{t(effect)}</p>
        </ConfirmForm>
      </section>
    </Layout>
  )
}
