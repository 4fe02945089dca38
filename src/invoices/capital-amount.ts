import { type Money, yuan } from '#src/core/money'

const DIGITS = '零壹贰叁肆伍陆柒捌玖'
const PLACES = ['', '拾', '佰', '仟']
const GROUPS = ['', '万', '亿', '万亿']

/** An amount in the capital figures that cannot be altered by a stroke of the pen: 壹仟贰佰叁拾肆元伍角整. Below 10^15 yuan. */
export function capitalAmount(amount: Money): string {
  const [whole, fraction] = yuan(amount).split('.') as [string, string]
  const [jiao, fen] = [Number(fraction[0]), Number(fraction[1])]
  const words = wholeYuan(whole)
  if (jiao === 0 && fen === 0) return `${words || '零'}元整`
  const cents = `${jiao > 0 ? `${DIGITS[jiao]}角` : words ? '零' : ''}${fen > 0 ? `${DIGITS[fen]}分` : '整'}`
  return `${words ? `${words}元` : ''}${cents}`
}

/** In groups of four places; a gap inside is said by one zero, empty for nothing at all. */
function wholeYuan(digits: string): string {
  const groups = digits.padStart(Math.ceil(digits.length / 4) * 4, '0').match(/\d{4}/g)!
  let words = ''
  let gap = false
  groups.forEach((group, index) => {
    if (group === '0000') {
      gap ||= words !== ''
      return
    }
    if (words !== '' && (gap || group.startsWith('0'))) words += DIGITS[0]
    words += `${fourDigits(group)}${GROUPS[groups.length - 1 - index]}`
    gap = false
  })
  return words
}

function fourDigits(group: string): string {
  let words = ''
  for (const [index, digit] of [...group].entries()) {
    if (digit === '0') continue
    if (words !== '' && group[index - 1] === '0') words += DIGITS[0]
    words += `${DIGITS[Number(digit)]}${PLACES[3 - index]}`
  }
  return words
}
