import type { ComponentChildren } from 'preact'
import { CsrfField } from '../components/form'
import { Layout } from '../layout'
import { AREAS } from '../navigation'
import { usePage, useText } from '../page-context'
import { PublicLayout } from '../public-layout'

type FrameProps = {
  title: string
  /** The page has to be dealt with before any other: no navigation that would only lead back here. */
  isDuty: boolean
  children: ComponentChildren
}

/** A page of one's own account: in the shell, or alone on the page while it is a duty. */
export function DutyFrame({ title, isDuty, children }: FrameProps) {
  const { viewer } = usePage()
  const t = useText()
  if (!isDuty || !viewer) {
    return (
      <Layout title={title} trail={[{ href: '/staff/security', label: t('security.title') }]}>
        <section class="panel medium" aria-label={title}>
          {children}
        </section>
      </Layout>
    )
  }
  return (
    <PublicLayout title={title} width="medium" switches={false}>
      <div class="card">
        <h1>{title}</h1>
        {children}
      </div>
      <form method="post" action={AREAS[viewer.kind].signOut} class="card-foot">
        <CsrfField />
        <button type="submit" class="link-button">
          {t('shell.signOut')}
        </button>
      </form>
    </PublicLayout>
  )
}
