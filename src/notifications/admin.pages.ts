import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { bareUuid, idOf, keyword } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { AnnouncementPage, WithdrawalPage } from '#views/admin/announcement'
import { AnnouncementFormPage, type AnnouncementFormProps, PreviewPage } from '#views/admin/announcement-form'
import { AnnouncementsPage } from '#views/admin/announcements'
import { announcementPath } from '#views/admin/game-paths'
import { ANNOUNCEMENT_FIELDS, announcementValues, checkDraft, type Draft } from './announcement-form'
import { publishAnnouncement, scheduleAnnouncement, withdrawAnnouncement } from './announcements'
import { countRecipients } from './audience'
import { ANNOUNCEMENT_STATES, announcementsPage, chosenOperators, receiptCounts, receiptsPage, requireAnnouncement } from './receipts'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/admin/announcements'
const ROW = { audience: 'admin', permission: 'announcement:publish' } as const

const ListQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  state: v.fallback(v.optional(v.picklist([...ANNOUNCEMENT_STATES, 'all']), 'all'), 'all'),
})
const ReceiptsQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  read: v.fallback(v.optional(v.picklist(['yes', 'no', 'all']), 'all'), 'all'),
})
const FormQuery = v.object({ from: v.optional(idOf('announcement')) })

/** What our people tell operators: written, looked at, published or kept for its time, and who has read it. */
export const announcementsAdminPages = [
  page(`GET ${PATH}`, ROW, async (call) => {
    const { state, keyword: words, ...keyset } = pageQuery(call.request, ListQuery)
    const filter = { state, keyword: words }
    return showPage(call, h(AnnouncementsPage, { announcements: await announcementsPage(filter, keyset), filter }))
  }),

  page(`GET ${PATH}/new`, ROW, async (call) => {
    const { from } = pageQuery(call.request, FormQuery)
    return showForm(call, { values: from ? await valuesLike(from) : announcementValues({}) })
  }),

  page(`POST ${PATH}/new`, ROW, async (call) => {
    const { form } = call
    const values = announcementValues(form)
    if (form.step === 'edit') return showForm(call, { values })
    const checked = await checkDraft(values)
    if (!checked.ok) return showForm(call, { values, errors: fieldErrors(checked.faults, call) }, 400)
    if (form.step === 'publish') return send(call, checked.value)
    const recipients = await countRecipients(checked.value.recipients)
    return showPage(call, h(PreviewPage, { values, draft: checked.value, recipients, announcementId: newId() }))
  }),

  page(`GET ${PATH}/:announcement_id`, ROW, (call) => showAnnouncement(call)),

  page(`GET ${PATH}/:announcement_id/withdrawal`, ROW, async (call) => {
    const announcement = await requireAnnouncement(announcementId(call))
    if (announcement.status !== 'scheduled') return redirect(announcementPath(announcement.id))
    return showPage(call, h(WithdrawalPage, { announcement }))
  }),

  page(`POST ${PATH}/:announcement_id/withdrawal`, ROW, async (call) => {
    const id = announcementId(call)
    try {
      await transaction((tx) => withdrawAnnouncement(tx, id, actOf(call.caller, call.info)))
      return redirect(announcementPath(id), done('announce.done.withdrawn'))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showAnnouncement(call, message, status)
    }
  }),
]

const announcementId = ({ params }: StaffCall): Uuid => pathId('announcement', params, 'announcement_id')

function showForm(call: StaffCall, shown: Pick<AnnouncementFormProps, 'values'> & Partial<AnnouncementFormProps>, status = 200) {
  return showPage(call, h(AnnouncementFormPage, { errors: {}, message: null, ...shown }), { status })
}

/** The words and the recipients of another announcement; its time is over. */
async function valuesLike(id: Uuid) {
  const { title, content, target, targetCategory } = await requireAnnouncement(id)
  const chosen = target === 'specific' ? await chosenOperators(id) : []
  return announcementValues({
    title,
    content,
    target: target === 'specific' ? 'chosen' : target,
    category: targetCategory ?? '',
    operators: chosen.map(({ username }) => username).join('\n'),
  })
}

/** The id comes with the preview: a second sending of the same page finds the first one's announcement. */
async function send(call: StaffCall, { title, content, publishAt, recipients }: Draft): Promise<Response> {
  const given = v.safeParse(bareUuid, call.form.announcement_id)
  const id = given.success ? given.output : newId()
  const act = actOf(call.caller, call.info)
  try {
    if (publishAt) await transaction((tx) => scheduleAnnouncement(tx, { id, title, content, publishAt }, recipients, act))
    else await transaction((tx) => publishAnnouncement(tx, { id, title, content }, recipients, act))
    return redirect(announcementPath(id), done(publishAt ? 'announce.done.scheduled' : 'announce.done.published'))
  } catch (error) {
    if (wasSentBefore(error)) return redirect(announcementPath(id))
    const { status, errors, message } = refusalOf(error, call, ANNOUNCEMENT_FIELDS)
    return showForm(call, { values: announcementValues(call.form), errors, message }, status)
  }
}

const wasSentBefore = (error: unknown): boolean => error instanceof Problem && error.wording === 'ALREADY_PROCESSED'

async function showAnnouncement(call: StaffCall, message: string | null = null, status = 200): Promise<Response> {
  const announcement = await requireAnnouncement(announcementId(call))
  const { read, keyword: words, ...keyset } = pageQuery(call.request, ReceiptsQuery)
  const filter = { read, keyword: words }
  const [receipts, counts, chosen] =
    announcement.status === 'published'
      ? await Promise.all([receiptsPage(announcement, filter, keyset), receiptCounts(announcement), []])
      : [undefined, undefined, await chosenOperators(announcement.id)]
  return showPage(call, h(AnnouncementPage, { announcement, receipts, counts, chosen, filter, message }), { status })
}
