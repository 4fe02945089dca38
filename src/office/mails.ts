import { showId, type Uuid } from '#src/core/ids'
import type { CaseState, OfficeForm } from '#src/core/office'
import { text } from '#src/core/text'
import { config } from '#src/platform/config'
import { rawSql, type Transaction } from '#src/platform/database'
import { isRefusedForGood, type Send } from '#src/platform/mail'
import { enqueue } from '#src/platform/outbox'
import type { Case, CaseEvent } from './case'
import type { CaseRow, TaskRow } from './row'

/** The queue's name of a mail about a request. */
export const OFFICE_MAIL_TASK = 'office_mail'

export type OfficeMail = {
  caseId: Uuid
  personId: Uuid
  about: 'task' | 'reminder' | 'copy' | 'approved' | 'rejected' | 'returned' | 'paid'
}
type Happened = { row: CaseRow; next: Case; before: readonly TaskRow[]; events: readonly CaseEvent[]; copies: readonly string[]; by: Uuid }

/** Queues what an act makes worth telling, in its transaction; who has no address is told by the list of tasks alone. */
export async function queueMails(tx: Transaction, { row, next, before, events, copies, by }: Happened): Promise<void> {
  const wereOpen = new Set(before.filter(({ status }) => status === 'open').map(({ id }) => id))
  const opened = next.tasks.filter(({ id, status }) => status === 'open' && !wereOpen.has(id)).map(({ personId }) => personId)
  const reminded = events.filter(({ kind }) => kind === 'reminded').flatMap(({ people }) => people)
  const told: [string, OfficeMail['about']][] = [
    ...opened.map((id): [string, OfficeMail['about']] => [id, 'task']),
    ...reminded.map((id): [string, OfficeMail['about']] => [id, 'reminder']),
    ...copies.map((id): [string, OfficeMail['about']] => [id, 'copy']),
  ]
  const state = next.status
  if (state !== row.status && isWorthTelling(state)) told.push([row.applicantId, state])
  const others = told.filter(([id]) => id !== by)
  if (others.length === 0) return
  const reachable = await tx.sql<{ id: Uuid }[]>`
    SELECT id FROM admin_accounts WHERE id = ANY(${others.map(([id]) => id)}::uuid[]) AND email IS NOT NULL AND is_active`
  const known = new Set(reachable.map(({ id }) => id))
  const works = others.filter(([id]) => known.has(id))
  await enqueue(
    tx,
    OFFICE_MAIL_TASK,
    works.map(([id, about]) => ({
      key: `${row.id}:${next.round}:${next.remindedAt?.getTime() ?? 0}:${id}:${about}`,
      payload: { case_id: row.id, person_id: id, about },
    })),
  )
}

const isWorthTelling = (state: CaseState): state is 'approved' | 'rejected' | 'returned' | 'paid' =>
  ['approved', 'rejected', 'returned', 'paid'].includes(state)

type Told = { number: string; form: OfficeForm; applicant: string; name: string; email: string | null }

/** Sends one mail. Throws what the mail server threw, so that the queue tries again; a refusal for good is the end of it. */
export async function deliverOfficeMail({ caseId, personId, about }: OfficeMail, send: Send | undefined): Promise<void> {
  const [found] = await rawSql()<Told[]>`
    SELECT c.number, c.form, a.name AS applicant, p.name, p.email
    FROM office_cases c JOIN admin_accounts a ON a.id = c.applicant_id JOIN admin_accounts p ON p.id = ${personId}
    WHERE c.id = ${caseId} AND p.is_active`
  if (!send || !found?.email) return
  const { number, form, applicant, name, email } = found
  const subject = text('zh', `office.mail.${about}`, { form: text('zh', `office.form.${form}`), number, applicant })
  const page = text('zh', 'office.mail.page', { url: `${config().PUBLIC_URL}/office/cases/${showId('case', caseId)}` })
  const mail = {
    id: `${caseId}.${personId}.${about}`,
    to: { name, address: email },
    subject: `【${text('zh', 'product.name')}】${subject}`,
    text: [subject, '', page, '', '-- ', text('zh', 'office.mail.foot'), ''].join('\n'),
  }
  try {
    await send(mail)
  } catch (error) {
    if (!isRefusedForGood(error)) throw error
  }
}
