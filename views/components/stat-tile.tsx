import type { ComponentChildren } from 'preact'
import type { PlainKey } from '#src/core/text'
import { useText } from '../page-context'
import { formatShare } from './figures'
import { Icon, type IconName } from './icon'
import { Sparkline } from './sparkline'

type StatTileProps = {
  label: string
  icon: IconName
  /** The figure, already in its written form. */
  figure: ComponentChildren
  /** One line below: a change, a reason, what it covers. */
  note?: ComponentChildren
  /** Up to 30 values, oldest first, for the line beside the figure. */
  series?: readonly number[]
  tone?: 'plain' | 'warn' | 'bad'
  /** Where the rows are that add up to the figure. */
  href?: string
}

/** One figure. Where its rows can be seen the whole tile is a link to them. */
export function StatTile({ label, icon, figure, note, series, tone = 'plain', href }: StatTileProps) {
  const inside = (
    <>
      <span class="tile-label">
        <Icon name={icon} />
        {label}
      </span>
      <span class="tile-row">
        <span class="tile-figure">{figure}</span>
        {series && <Sparkline values={series} />}
      </span>
      {note && <span class="tile-note">{note}</span>}
    </>
  )
  const look = `tile ${tone}`
  return href ? (
    <a class={look} href={href}>
      {inside}
    </a>
  ) : (
    <div class={look}>{inside}</div>
  )
}

/** Against the same stretch before; neutral in colour, since more spending is neither good nor bad. */
export function Change({ current, previous, versus }: { current: number; previous: number; versus: PlainKey & `common.versus.${string}` }) {
  const t = useText()
  const period = t(versus)
  if (previous === 0) return <>{current === 0 ? t('common.change.same', { period }) : t('common.change.new', { period })}</>
  const share = (current - previous) / previous
  const percent = formatShare(Math.abs(share))
  if (share === 0) return <>{t('common.change.same', { period })}</>
  return (
    <span class="change">
      <Icon name={share > 0 ? 'arrow-up-right' : 'arrow-down-right'} />
      {t(share > 0 ? 'common.change.up' : 'common.change.down', { period, percent })}
    </span>
  )
}
