import { yuan as amountText, money } from '#src/core/money'
import { addDays, addMs, businessDay, type Instant, iso, startOfDay } from '#src/core/time'
import { waiting } from '#src/invoices/request'
import { raiseAlert } from '#src/notifications/alerts'
import type { Transaction } from '#src/platform/database'
import { randomFrom } from './random'
import type { World } from './world'

const HOUR_MS = 3_600_000

type Asked = {
  username: string
  at: (now: Instant) => Instant
  yuan: number
  title: string
  taxId: string
  company: [bank: string, account: string, address: string, phone: string] | null
  rejected: string | null
}

const daysAgo =
  (days: number, hour: number) =>
  (now: Instant): Instant =>
    addMs(startOfDay(businessDay(addDays(now, -days))), hour * HOUR_MS)

const ASKED: readonly Asked[] = [
  {
    username: 'juchao_game',
    at: daysAgo(6, 11),
    yuan: 600,
    title: '深圳聚潮互动娱乐有限公司',
    taxId: '91440300708461136T',
    company: null,
    rejected: '抬头与营业执照上的名称不一致，请核对后重新申请',
  },
  {
    username: 'huanjie_park',
    at: daysAgo(1, 15),
    yuan: 2_000,
    title: '上海幻界文化发展有限公司',
    taxId: '91350100M000100Y43',
    company: ['招商银行上海南京西路支行', '121900000010901', '上海市静安区南京西路 1266 号', '021-62880000'],
    rejected: null,
  },
  {
    username: 'demo_operator',
    at: (now) => addMs(now, -3 * HOUR_MS),
    yuan: 800,
    title: '杭州幻境数字娱乐有限公司',
    taxId: '91110000802100433B',
    company: null,
    rejected: null,
  },
]

/** Who sells, as the papers of the demo name it. */
const SELLER = {
  invoice_seller_name: '幻境互动（北京）科技有限公司',
  invoice_seller_tax_id: '91110108551385082Q',
  invoice_seller_address: '北京市海淀区中关村大街 1 号',
  invoice_seller_phone: '010-62780000',
  invoice_seller_bank: '工商银行北京中关村支行',
  invoice_seller_account: '0200000000000000001',
}

/** Two invoices that wait for finance, one that was refused, and a seller on the papers. */
export async function writeInvoices(tx: Transaction, world: World): Promise<void> {
  const random = randomFrom('invoices')
  const reviewer = world.staff.find(({ role }) => role === 'finance')!.id
  for (const { username, at, yuan, title, taxId, company, rejected } of ASKED) {
    const createdAt = at(world.now)
    const [id, decidedAt] = [random.id(createdAt), rejected === null ? null : addMs(createdAt, 2 * HOUR_MS)]
    const operator = world.operators.find((one) => one.username === username)!
    const [bank, account, address, phone] = company ?? [null, null, null, null]
    const amount = money(yuan * 100)
    await tx.sql`
      INSERT INTO invoice_records (id, operator_id, invoice_type, amount_fen, invoice_title, tax_id, email, bank_name, bank_account,
        company_address, company_phone, status, reject_reason, reviewed_by, reviewed_at, created_at, updated_at)
      SELECT ${id}, id, ${company ? 'vat_special' : 'vat_normal'}, ${amount}, ${title}, ${taxId}, email, ${bank}, ${account}, ${address}, ${phone},
        ${rejected === null ? 'pending' : 'rejected'}, ${rejected}, ${rejected === null ? null : reviewer}, ${decidedAt && iso(decidedAt)}::timestamptz,
        ${iso(createdAt)}::timestamptz, ${iso(decidedAt ?? createdAt)}::timestamptz
      FROM operator_accounts WHERE id = ${operator.id}`
    const details = { amount: amountText(amount), invoice_title: title }
    if (rejected === null) await raiseAlert(tx, { ...waiting(id), audience: 'finance', operatorId: operator.id, details }, createdAt)
  }
  await tx.sql`
    INSERT INTO system_configs (key, value, type, updated_at)
    SELECT key, value, 'text', ${iso(world.now)}::timestamptz FROM unnest(${Object.keys(SELLER)}::text[], ${Object.values(SELLER)}::text[]) AS t (key, value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`
}
