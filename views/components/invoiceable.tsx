import { type Money, minus, ZERO } from '#src/core/money'
import { useText } from '../page-context'
import { DataTable } from './data-table'
import { formatCount } from './figures'
import { Movement, Yuan } from './money'

type Part = { rows: number; amount: Money }
export type Standing = {
  basis: 'recharge' | 'consumption'
  recharged: Part
  refunded: Part
  consumed: Part
  issued: Part
  reversed: Part
  pending: Part
  limit: Money
  left: Money
}

type Line = { key: keyof Standing; label: string; rows: number | null; amount: Money; moved: boolean; href: string | undefined }

/** What may be invoiced, line by line; each figure leads to the rows that add up to it, where the viewer has a page of them. */
export function InvoiceableLines({ of, links }: { of: Standing; links: Partial<Record<keyof Standing, string>> }) {
  const t = useText()
  const part = (key: 'recharged' | 'refunded' | 'consumed' | 'issued' | 'reversed' | 'pending', sign: 1 | -1 | 0): Line => ({
    key,
    label: t(`invoices.amount.${key}`),
    rows: of[key].rows,
    amount: sign < 0 ? minus(ZERO, of[key].amount) : of[key].amount,
    moved: sign !== 0 && of[key].amount !== ZERO,
    href: links[key],
  })
  const lines: Line[] = [
    part('recharged', 1),
    part('refunded', -1),
    ...(of.basis === 'consumption' ? [part('consumed', 0)] : []),
    { key: 'limit', label: t('invoices.amount.limit'), rows: null, amount: of.limit, moved: false, href: undefined },
    part('issued', -1),
    ...(of.reversed.rows > 0 ? [part('reversed', 1)] : []),
    part('pending', -1),
    { key: 'left', label: t('invoices.amount.left'), rows: null, amount: of.left, moved: false, href: undefined },
  ]
  return (
    <DataTable
      caption={t('invoices.amount.explain')}
      compact
      rows={lines}
      rowKey={({ key }) => key}
      empty={null}
      columns={[
        { head: t('invoices.amount.line'), cell: (line) => <LineName of={line} />, wide: true },
        { head: t('invoices.amount.count'), cell: ({ rows }) => (rows === null ? '' : formatCount(rows)), number: true },
        {
          head: t('invoices.amount.figure'),
          cell: ({ amount, moved }) => (moved ? <Movement of={amount} /> : <Yuan of={amount} />),
          number: true,
        },
      ]}
    />
  )
}

function LineName({ of: { label, href, rows } }: { of: Line }) {
  if (href) return <a href={href}>{label}</a>
  return rows === null ? <b>{label}</b> : <span>{label}</span>
}
