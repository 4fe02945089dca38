import { CsrfField, TextArea } from '../components/form'
import { Notice } from '../components/notice'
import { Layout } from '../layout'
import { useText } from '../page-context'
import type { MemberAct } from './member'
import { memberPath, type StaffDesk, useDeskTitle } from './staff-tabs'

const WORDS = {
  password: { title: 'staff.password.title', effect: 'staff.password.effect', verb: 'staff.password', isGrave: true },
  totp: { title: 'staff.totp.title', effect: 'staff.totp.effect', verb: 'staff.totp', isGrave: true },
  disable: { title: 'staff.disable.title', effect: 'staff.disable.effect', verb: 'staff.disable', isGrave: true },
  enable: { title: 'staff.enable.title', effect: 'staff.enable.effect', verb: 'staff.enable', isGrave: false },
  'sign-out': { title: 'staff.signOut.title', effect: 'staff.signOut.effect', verb: 'staff.signOut', isGrave: false },
} as const satisfies Record<MemberAct, object>

export type MemberActProps = {
  desk: StaffDesk
  member: { id: string; name: string; username: string }
  act: MemberAct
  reason: string
  error: string | undefined
  message: string | null
}

/** Asks before something is done to somebody's access: who, what follows, and for what takes it away, why. */
export function MemberActPage({ desk, member, act, reason, error, message }: MemberActProps) {
  const t = useText()
  const { title, effect, verb, isGrave } = WORDS[act]
  const back = memberPath(desk, member.id)
  return (
    <Layout
      title={t(title, { name: member.name })}
      trail={[
        { href: desk, label: useDeskTitle(desk) },
        { href: back, label: member.name },
      ]}
    >
      <section class="panel medium" aria-label={t(verb)}>
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <form method="post" action={`${back}/${act}`} class="form confirm" data-once noValidate={error !== undefined}>
          <CsrfField />
          <div class="confirm-text">
            <p>
              <b>
                <bdi>{member.name}</bdi>
              </b>{' '}
              <bdi>{member.username}</bdi>
            </p>
            <p>{t(effect)}</p>
          </div>
          {isGrave && (
            <TextArea name="reason" label={t('staff.reason')} hint={t('staff.reason.hint')} value={reason} error={error} maxLength={200} />
          )}
          <div class="form-actions">
            <button type="submit" class={`button ${isGrave ? 'danger' : 'primary'}`} data-sending={t('form.sending')}>
              {t(verb)}
            </button>
            <a class="button" href={back}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}
