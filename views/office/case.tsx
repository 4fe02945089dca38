import type { CaseAct } from '#src/core/office'
import type { ShownCase } from '#src/office/shown'
import { ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { CsrfField, TextArea } from '../components/form'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Entries, Story } from './case-parts'
import { Files } from './files'
import { FlowSteps } from './flow-steps'
import { casePath, listPath } from './words'

export type CaseProps = {
  shown: Pick<ShownCase, 'row' | 'applicantName' | 'copyNames' | 'entries' | 'steps' | 'events' | 'files'>
  /** What the viewer may do now. */
  acts: readonly (CaseAct | 'submit')[]
  /** The applicant may write it anew. */
  mayEdit: boolean
  comment: string
  errors: { comment?: string | undefined }
  message: string | null
}

/** `/office/cases/:id`: the request, its way as steps, its story, and only what the viewer may do now. */
export function CasePage(props: CaseProps) {
  const { shown, mayEdit, message } = props
  const { row, entries, files, steps, events, copyNames } = shown
  const t = useText()
  const title = row.number ? `${t(`office.form.${row.form}`)} ${row.number}` : t(`office.form.${row.form}`)
  return (
    <Layout
      title={title}
      trail={[{ href: listPath('tasks'), label: t('office.list.tasks') }]}
      action={
        <>
          {row.number && (
            <a class="button" href={`${casePath(row.id)}/paper.pdf`}>
              <Icon name="download" />
              {t('office.paper')}
            </a>
          )}
          {mayEdit && (
            <a class="button primary" href={`${casePath(row.id)}/edit`}>
              {t('office.edit')}
            </a>
          )}
        </>
      }
    >
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      <div class="columns even">
        <div class="stack">
          <Panel id="request" title={t('office.entries')} note={<StatusBadge noun="officeCase" state={row.status} />}>
            <Head {...props} />
            <Entries of={entries} form={row.form} />
          </Panel>
          <Panel id="files" title={t('office.files')}>
            <Files of={files} />
          </Panel>
        </div>
        <div class="stack">
          <Panel
            id="flow"
            title={t('office.flow')}
            note={row.flowVersion === null ? undefined : t('office.version', { version: row.flowVersion })}
          >
            <FlowSteps of={steps} />
            {copyNames.length > 0 && (
              <p class="muted">
                {t('office.copied')} <Name of={copyNames.join('、')} />
              </p>
            )}
          </Panel>
          <Panel id="story" title={t('office.story')}>
            <Story of={events} />
          </Panel>
        </div>
      </div>
      <Actions {...props} />
    </Layout>
  )
}

function Head({ shown: { row, applicantName } }: CaseProps) {
  const t = useText()
  return (
    <Facts
      rows={[
        { label: t('office.applicant'), value: <Name of={applicantName} /> },
        ...(row.department ? [{ label: t('office.department'), value: <Name of={row.department} /> }] : []),
        { label: t('office.begun'), value: <Moment at={row.submittedAt ?? row.createdAt} /> },
        { label: t('office.id'), value: <ShortId id={`case_${row.id}`} /> },
      ]}
    />
  )
}

/** With a thumb's reach: what decides stands at the bottom of the screen, all else behind it. */
function Actions({ shown: { row }, acts, comment, errors }: CaseProps) {
  const t = useText()
  const direct = acts.includes('approve') ? 'approve' : acts.includes('confirm') ? 'confirm' : null
  const linked = (['reject', 'send_back', 'transfer', 'add_signer', 'pay', 'withdraw', 'copy'] as const).filter((act) => acts.includes(act))
  const rest = (['remind', 'comment'] as const).filter((act) => acts.includes(act))
  if (acts.length === 0) return null
  return (
    <section class="panel office-actions" id="actions" aria-label={t('office.actions')}>
      <form method="post" action={`${casePath(row.id)}/act`} class="form" id="act" data-once>
        <CsrfField />
        {(direct || rest.includes('comment')) && (
          <TextArea name="comment" label={t('office.comment')} value={comment} error={errors.comment} maxLength={200} rows={1} optional />
        )}
        <div class="form-actions">
          {direct && (
            <button type="submit" class="button primary" name="act" value={direct} data-sending={t('form.sending')}>
              {t(`office.act.${direct}`)}
            </button>
          )}
          {/* On a phone all else waits behind a button, so that the request stays in sight. */}
          <details class="office-more">
            <summary class="button">{t('office.act.more')}</summary>
          </details>
          <div class="office-rest">
            {linked.map((act) => (
              <a key={act} class="button" href={`${casePath(row.id)}/act?do=${act}`}>
                {t(`office.act.${act}`)}
              </a>
            ))}
            {rest.map((act) => (
              <button key={act} type="submit" class="button" name="act" value={act}>
                {t(`office.act.${act}`)}
              </button>
            ))}
          </div>
        </div>
      </form>
    </section>
  )
}
