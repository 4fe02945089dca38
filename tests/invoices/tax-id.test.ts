import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { money } from '#src/core/money'
import { capitalAmount } from '#src/invoices/capital-amount'
import { checkCharacter, taxIdFault } from '#src/invoices/tax-id'

const GOOD = ['91110000802100433B', '91440300708461136T', '914403001922038216', '91350100M000100Y43', '91110108551385082Q']

describe('a tax number', () => {
  test.each(GOOD)('%s is right', (taxId) => {
    expect(taxIdFault(taxId)).toBeUndefined()
  })

  test.each([
    ['15 digits', '110105802100433'],
    ['20 characters', '11010519491231002X01'],
    ['another length that the contract takes', '1101058021004331'],
    ['a person’s number', '11010519491231002X'],
  ])('of %s is not held against a check', (_name, taxId) => {
    expect(taxIdFault(taxId)).toBeUndefined()
  })

  test.each([
    ['91110000802100433I', '第18位“I”不会出现在统一社会信用代码中，是否应为“1”'],
    ['9111OOOO802100433B', '第5位“O”不会出现在统一社会信用代码中，是否应为“0”'],
    ['9111A000802100433B', '第5位“A”应为数字：第3至8位是行政区划码'],
    ['91110000802100433C', '第18位校验码应为“B”，现为“C”：请核对第1至8位与第18位'],
    ['91110000802100434B', '请先核对第9至17位（组织机构代码）'],
    ['91110000802100343B', '请先核对第9至17位（组织机构代码）'],
    ['92110000802100433B', '请核对第1至8位与第18位'],
    ['11010519491231002A', '第18位校验码'],
  ])('%s: %s', (taxId, words) => {
    expect(taxIdFault(taxId)?.zh).toContain(words)
    expect(taxIdFault(taxId)?.en).not.toMatch(/\p{Script=Han}/u)
  })

  test('with one character changed, or two neighbours of different kind swapped, is found wrong', () => {
    const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY'
    fc.assert(
      fc.property(fc.constantFrom(...GOOD), fc.nat(17), fc.constantFrom(...letters), (taxId, at, letter) => {
        fc.pre(taxId[at] !== letter)
        const changed = taxId.slice(0, at) + letter + taxId.slice(at + 1)
        expect(taxIdFault(changed)).toBeDefined()
        const swapped = taxId.slice(0, at) + (taxId[at + 1] ?? '') + taxId[at] + taxId.slice(at + 2)
        expect(taxIdFault(swapped) !== undefined).toBe(swapped !== taxId)
      }),
      { numRuns: 2_000 },
    )
  })

  test('gets the check character that belongs to it', () => {
    expect(GOOD.map(checkCharacter)).toEqual(GOOD.map((taxId) => taxId[17]!))
  })
})

describe('an amount in capital figures', () => {
  test.each([
    [0n, '零元整'],
    [1n, '壹分'],
    [10n, '壹角整'],
    [105n, '壹元零伍分'],
    [110n, '壹元壹角整'],
    [123_450n, '壹仟贰佰叁拾肆元伍角整'],
    [203_000n, '贰仟零叁拾元整'],
    [1_000_000n, '壹万元整'],
    [1_000_100n, '壹万零壹元整'],
    [10_050_000n, '壹拾万零伍佰元整'],
    [10_000_000_100n, '壹亿零壹元整'],
    [10_001_000_000n, '壹亿零壹万元整'],
    [1_234_567_890_123n, '壹佰贰拾叁亿肆仟伍佰陆拾柒万捌仟玖佰零壹元贰角叁分'],
  ])('%p is %s', (fen, words) => {
    expect(capitalAmount(money(fen))).toBe(words)
  })
})
