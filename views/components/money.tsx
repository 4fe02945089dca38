import { formatYuan, type Money, minus, ZERO } from '#src/core/money'
import { useText } from '../page-context'

/** An amount as it stands: `¥1,234.50`. */
export const Yuan = ({ of }: { of: Money }) => <span class="money">{formatYuan(of)}</span>

/** Money that moved: `+¥100.00` came in, `−¥50.00` went out, told by sign and word, not only by colour. */
export function Movement({ of }: { of: Money }) {
  const t = useText()
  const out = of < ZERO
  return (
    <span class={out ? 'money out' : 'money in'}>
      <span class="sr-only">{out ? t('common.out') : t('common.in')} </span>
      {out ? '−' : '+'}
      {formatYuan(out ? minus(ZERO, of) : of)}
    </span>
  )
}
