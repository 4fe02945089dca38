import type { ComponentChildren } from 'preact'
import { formatCount } from '../components/figures'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { ShareBar } from '../components/share-bar'
import { useText } from '../page-context'
import type { Sums } from './usage'

type Row = {
  key: string
  name: string
  /** The games of this row. */
  href: string
  sums: Sums
  /** 0–1 of the whole, drawn as a bar. */
  share?: number
  more?: ComponentChildren
}

type SumsTableProps = {
  caption: string
  head: string
  rows: readonly Row[]
  /** The head of one more column. */
  more?: string | undefined
  whole: { sums: Sums; href: string }
}

/** Sums by anything, and all of them together at the end; each row leads to its games. */
export function SumsTable({ caption, head, rows, more, whole }: SumsTableProps) {
  const t = useText()
  const heads = [
    t('statistics.column.sessions'),
    t('statistics.column.players'),
    t('statistics.column.average'),
    t('statistics.column.total'),
  ]
  return (
    <table class="table">
      <caption class="sr-only">{caption}</caption>
      <thead>
        <tr>
          <th scope="col" class="wide">
            {head}
          </th>
          {heads.map((name) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
          {more && (
            <th scope="col" class="number">
              {more}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <td class="wide" data-label={head}>
              <span class="bar-name">
                <a href={row.href} aria-label={t('statistics.drill', { name: row.name })}>
                  <Name of={row.name} />
                </a>
                {row.share !== undefined && <ShareBar share={row.share} />}
              </span>
            </td>
            <SumCells sums={row.sums} heads={heads} href={row.sums.sessions > 0 ? row.href : undefined} />
            {more && (
              <td class="number" data-label={more}>
                {row.more}
              </td>
            )}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td class="wide" data-label={head}>
            {t('statistics.sum')}
          </td>
          <SumCells sums={whole.sums} heads={heads} href={whole.href} />
          {more && <td class="number" data-label={more} />}
        </tr>
      </tfoot>
    </table>
  )
}

function SumCells({ sums, heads, href }: { sums: Sums; heads: readonly string[]; href: string | undefined }) {
  const { sessions, players, total } = sums
  const average = sessions === 0 ? '–' : (Math.floor((20 * players + sessions) / (2 * sessions)) / 10).toFixed(1)
  const cells = [formatCount(sessions), formatCount(players), average, <Yuan key="total" of={total} />]
  return (
    <>
      {cells.map((cell, at) => (
        <td key={heads[at]} class="number" data-label={heads[at]}>
          {at === 0 && href ? <a href={href}>{cell}</a> : at === 3 && href ? <a href={href}>{cell}</a> : cell}
        </td>
      ))}
    </>
  )
}
