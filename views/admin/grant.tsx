import { showId, type Uuid } from '#src/core/ids'
import { formatMinute, type Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { CsrfField, ErrorSummary, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { accessPath, applicationPath, grantPath, operatorPath } from './game-paths'
import type { GrantRow } from './grants'
import { type TermErrors, TermFields, type TermValues, useTermFaults } from './term-fields'

export type GrantDetail = GrantRow & {
  operatorClosedAt: Instant | null
  appIsActive: boolean
  requestId: Uuid | null
  note: string | null
  revokedAt: Instant | null
  revokedByName: string | null
  revokeReason: string | null
}
export type GrantProps = {
  grant: GrantDetail
  /** Everything the pair ever had, this one among it, newest first. */
  past: readonly GrantDetail[]
  may: { grant: boolean; revoke: boolean }
  message: string | null
}

const useTrail = (grant?: GrantDetail) => {
  const t = useText()
  const list = { href: '/admin/authorizations', label: t('grants.title') }
  return grant ? [list, { href: grantPath(grant.id), label: grant.appName }] : [list]
}

/** `/admin/authorizations/:id`: one right, what became of it and everything the pair had before and after. */
export function GrantPage({ grant, past, may, message }: GrantProps) {
  const t = useText()
  // Of a pair only the newest can be given another end.
  const isNewest = past[0]?.id === grant.id
  return (
    <Layout
      title={t('grants.one')}
      trail={useTrail()}
      action={
        <>
          {may.revoke && grant.revokedAt === null && (
            <a class="button" href={`${grantPath(grant.id)}/revocation`}>
              {t('grants.revoke')}
            </a>
          )}
          {may.grant && isNewest && (
            <a class="button primary" href={`${grantPath(grant.id)}/renewal`}>
              {t(grant.state === 'revoked' ? 'grants.again' : 'grants.renew')}
            </a>
          )}
        </>
      }
    >
      {message !== null && <Notice tone="bad" title={message} focus />}
      {!grant.appIsActive && <Notice tone="warn" title={t('catalogue.retired.notice')} />}
      <div class="columns even">
        <Panel id="grant" title={t('grants.one')} note={<StatusBadge noun="authorization" state={grant.state} />}>
          <GrantFacts of={grant} />
        </Panel>
        <Panel id="past" title={t('grants.past')}>
          <Past of={past} current={grant.id} />
        </Panel>
      </div>
    </Layout>
  )
}

function GrantFacts({ of }: { of: GrantDetail }) {
  const t = useText()
  return (
    <Facts
      rows={[
        {
          label: t('access.operator'),
          value: (
            <a href={operatorPath(of.operatorId)}>
              <Name of={of.operatorName} />
            </a>
          ),
        },
        {
          label: t('apps.name'),
          value: (
            <a href={applicationPath(of.applicationId)}>
              <Name of={of.appName} />
            </a>
          ),
        },
        { label: t('apps.expires'), value: of.expiresAt ? <Moment at={of.expiresAt} seconds /> : t('apps.forever') },
        { label: t('apps.since'), value: <Moment at={of.authorizedAt} seconds /> },
        { label: t('grants.by'), value: <Name of={of.authorizedByName} /> },
        ...(of.requestId ? [{ label: t('access.case'), value: <a href={accessPath(of.requestId)}>{t('grants.request')}</a> }] : []),
        ...(of.note ? [{ label: t('grants.note'), value: <bdi class="prose">{of.note}</bdi> }] : []),
        { label: t('access.number'), value: <ShortId id={showId('authorization', of.id)} /> },
      ]}
    />
  )
}

/** Each right of the pair with its beginning, its end and its reason. */
function Past({ of, current }: { of: readonly GrantDetail[]; current: Uuid }) {
  const t = useText()
  const events = of.flatMap((grant): TimelineEvent[] => {
    const until = grant.expiresAt ? t('apps.timeline.until', { time: formatMinute(grant.expiresAt) }) : t('apps.timeline.forever')
    const given: TimelineEvent = {
      key: `${grant.id}-given`,
      at: grant.authorizedAt,
      tone: grant.id === current ? 'ok' : 'neutral',
      title: grant.id === current ? t('grants.past.given') : <a href={grantPath(grant.id)}>{t('grants.past.given')}</a>,
      actor: <Name of={grant.authorizedByName} />,
      children: (
        <>
          <p>{until}</p>
          {grant.note && <p class="prose">{grant.note}</p>}
        </>
      ),
    }
    if (!grant.revokedAt) return [given]
    const ended: TimelineEvent = {
      key: `${grant.id}-ended`,
      at: grant.revokedAt,
      tone: grant.id === current ? 'bad' : 'neutral',
      title: t('grants.past.ended'),
      actor: <Name of={grant.revokedByName ?? '–'} />,
      children: grant.revokeReason ? <p class="prose">{grant.revokeReason}</p> : undefined,
    }
    return [ended, given]
  })
  return <Timeline events={events} />
}

export type RenewalProps = { grant: GrantDetail; values: TermValues; errors: TermErrors; message: string | null }

/** `…/renewal`: another end for a right, or the right anew. */
export function RenewalPage({ grant, values, errors, message }: RenewalProps) {
  const t = useText()
  const wrong = useTermFaults(errors)
  const verb = grant.state === 'revoked' ? 'again' : 'renew'
  return (
    <Layout title={t(`grants.${verb}`)} trail={useTrail(grant)}>
      <section class="panel medium">
        {message !== null && <Notice tone="bad" title={message} focus />}
        <ErrorSummary errors={wrong} />
        <GrantFacts of={grant} />
        <form method="post" action={`${grantPath(grant.id)}/renewal`} class="form" data-once noValidate={wrong.length > 0}>
          <CsrfField />
          <TermFields values={values} errors={errors} />
          <p class="muted">{t('grants.renew.effect')}</p>
          <div class="form-actions">
            <SubmitButton>{t(`grants.${verb}`)}</SubmitButton>
            <a class="button" href={grantPath(grant.id)}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}

export type RevocationProps = { grant: GrantDetail; reason: string; error: string | undefined }

/** `…/revocation`: asks, with the reason that the operator is told. */
export function RevocationPage({ grant, reason, error }: RevocationProps) {
  const t = useText()
  return (
    <Layout title={t('grants.revoke.title')} trail={useTrail(grant)}>
      <section class="panel medium">
        <ErrorSummary errors={error === undefined ? [] : [{ name: 'reason', label: t('grants.revoke.reason'), message: error }]} />
        <form method="post" action={`${grantPath(grant.id)}/revocation`} class="form confirm" data-once noValidate={error !== undefined}>
          <CsrfField />
          <div class="confirm-text">
            <p>
              <b>
                <Name of={grant.operatorName} />
              </b>{' '}
              <Name of={grant.appName} />
            </p>
            <ul class="bullets">
              <li>{t('grants.revoke.effect')}</li>
              <li>{t('grants.revoke.effect.told')}</li>
            </ul>
          </div>
          <TextArea
            name="reason"
            label={t('grants.revoke.reason')}
            hint={t('grants.revoke.hint')}
            value={reason}
            error={error}
            maxLength={200}
            rows={3}
          />
          <div class="form-actions">
            <button type="submit" class="button danger" data-sending={t('form.sending')}>
              {t('grants.revoke')}
            </button>
            <a class="button" href={grantPath(grant.id)}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}
