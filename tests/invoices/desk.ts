import type { Uuid } from '#src/core/ids'
import { auditRows } from '#tests/support/api'
import { withDesk } from '#tests/support/desk'
import { anOperator } from '#tests/support/factory'
import { recharged, removeInvoiceFiles } from './money'

/** The journeys of finance's desk of invoices: a desk with somebody who asks for one. */
export function withInvoiceDesk() {
  const desk = withDesk(removeInvoiceFiles)
  return {
    signedIn: desk.signedIn,
    get database() {
      return desk.database
    },
    /** An operator that has paid, and what it asks for. */
    asking: async (yuan: string, title = '杭州幻境数字娱乐有限公司', paid = yuan) => {
      const operator = await anOperator({ name: '杭州幻境体验馆' })
      await recharged(operator.id, paid)
      const [row] = await desk.database.owner<{ id: Uuid }[]>`
        INSERT INTO invoice_records (id, operator_id, invoice_type, amount_fen, invoice_title, tax_id, email, created_at, updated_at)
        VALUES (${Bun.randomUUIDv7()}, ${operator.id}, 'vat_normal', ${Math.round(Number(yuan) * 100)}, ${title}, '91110000802100433B', 'a@example.com', now(), now())
        RETURNING id`
      return { operator, id: row!.id, path: `/finance/invoices/inv_${row!.id}` }
    },
    stored: async (id: Uuid) => (await desk.database.owner`SELECT * FROM invoice_records WHERE id = ${id}`)[0]!,
    operations: async (id: Uuid) => (await auditRows(desk.database, id)).map(({ operation }) => operation),
  }
}
