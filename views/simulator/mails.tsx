import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { useText } from '../page-context'
import { PublicLayout } from '../public-layout'

export type MailRow = { id: string; recipient: string; subject: string; createdAt: Instant }

/** `/simulator/mails`: what would have been mailed, on a machine without a mail server. */
export function SimulatedMailsPage({ mails }: { mails: readonly MailRow[] }) {
  const t = useText()
  return (
    <PublicLayout title={t('mails.title')} width="wide">
      <div>
        <h1>{t('mails.title')}</h1>
        <p class="muted">{t('mails.intro')}</p>
      </div>
      <section class="panel" aria-label={t('mails.list')}>
        <DataTable
          caption={t('mails.list')}
          rows={mails}
          rowKey={(mail) => mail.id}
          empty={<EmptyState title={t('mails.empty')} next={t('mails.emptyNext')} />}
          columns={[
            { head: t('mails.at'), cell: (mail) => <Moment at={mail.createdAt} seconds /> },
            { head: t('mails.to'), cell: (mail) => <Name of={mail.recipient} />, wide: true },
            {
              head: t('mails.subject'),
              cell: (mail) => (
                <a href={`/simulator/mails/${mail.id}`}>
                  <Name of={mail.subject} />
                </a>
              ),
              wide: true,
            },
          ]}
        />
      </section>
    </PublicLayout>
  )
}

/** `/simulator/mails/:id`: one of them as its reader would see it. */
export function SimulatedMailPage({ mail }: { mail: MailRow & { content: string } }) {
  const t = useText()
  return (
    <PublicLayout title={mail.subject} width="wide">
      <h1>
        <bdi>{mail.subject}</bdi>
      </h1>
      <article class="panel message-one">
        <dl class="message-facts">
          <div>
            <dt>{t('mails.to')}</dt>
            <dd>
              <bdi>{mail.recipient}</bdi>
            </dd>
          </div>
          <div>
            <dt>{t('mails.at')}</dt>
            <dd>
              <Moment at={mail.createdAt} seconds />
            </dd>
          </div>
        </dl>
        <p class="message-whole">
          <bdi>{mail.content}</bdi>
        </p>
        <p class="message-actions">
          <a class="button" href="/simulator/mails">
            {t('mails.back')}
          </a>
        </p>
      </article>
    </PublicLayout>
  )
}
