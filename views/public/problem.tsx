import { Icon } from '../components/icon'
import { Layout } from '../layout'
import { AREAS } from '../navigation'
import { usePage, useText } from '../page-context'
import { PublicLayout } from '../public-layout'

export type ProblemProps = {
  status: 400 | 403 | 404 | 405 | 429 | 500 | 503
  /** The catalogue's sentence for this case; without it the page says what such a status means. */
  message: string | null
  /** Seconds to wait, with 429 and 503. */
  retryAfter: number | null
}

/** A refusal as a page: what happened, what now, the request id, and the way back. */
export function ProblemPage(props: ProblemProps) {
  const { viewer } = usePage()
  const t = useText()
  const title = t(`problem.${props.status}.title`)
  return viewer ? (
    <Layout title={title}>
      <div class="panel">
        <ProblemBody {...props} home={AREAS[viewer.kind].home} />
      </div>
    </Layout>
  ) : (
    <PublicLayout title={title} width="narrow">
      <div class="card">
        <h1>{title}</h1>
        <ProblemBody {...props} home="/" />
      </div>
    </PublicLayout>
  )
}

function ProblemBody({ status, message, retryAfter, home }: ProblemProps & { home: string }) {
  const { requestId } = usePage()
  const t = useText()
  return (
    <div class="problem">
      <p class="problem-what">
        <Icon name={status >= 500 ? 'circle-x' : 'circle-alert'} size={20} />
        <span>{message ?? t(`problem.${status}.what`)}</span>
      </p>
      <p>{retryAfter === null ? t(`problem.${status}.next`) : t('problem.429.wait', { seconds: retryAfter })}</p>
      <p>
        <a class="button" href={home}>
          {t('problem.back')}
        </a>
      </p>
      <p class="field-hint">
        HTTP {status} · {t('common.requestId')} <code>{requestId}</code>
      </p>
    </div>
  )
}
