import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { OFFICE_FORMS } from '#src/core/office'
import { actOn } from '#src/office/act'
import { anInfo, auditRows } from '#tests/support/api'
import { openTestDatabase } from '#tests/support/database'
import { aCase, aMember, statusOf } from './scene'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

describe('a request goes from its form to its end', () => {
  test.each(OFFICE_FORMS)('%s', async (form) => {
    const department = `部门${form}`
    const [applicant, head, other] = [
      await aMember({ department }),
      await aMember({ role: 'admin', department, heads: true, name: '部门负责人' }),
      await aMember({ role: 'super_admin' }),
    ]
    const payer = await aMember({ role: 'finance', grade: 'specialist' })
    const id = await aCase(form, applicant, other.id)
    expect(await statusOf(id)).toMatchObject({ status: 'submitted', open: 1 })
    await actOn(id, { do: 'approve', comment: '同意' }, head, anInfo())
    if (form === 'duiwai_fukuan') await actOn(id, { do: 'approve', comment: null }, other, anInfo())
    if (form === 'gongzuo_jiaojie') await actOn(id, { do: 'confirm' }, other, anInfo())
    expect((await statusOf(id)).status).toBe('approved')
    if (form === 'duiwai_fukuan') await actOn(id, { do: 'pay' }, payer, anInfo())
    const [row] = await database.owner`SELECT status, number, path FROM office_cases WHERE id = ${id}`
    expect(row!.status).toBe(form === 'duiwai_fukuan' ? 'paid' : 'approved')
    expect((await auditRows(database, id)).map(({ operation }) => operation)).toContain('office_approve')
  })
})
