import type { LocalText } from '#src/core/problem'

/** GB 32100-2015: digits and the capital letters that cannot be taken for one another; I, O, S, V and Z do not occur. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
/** GB 11714: the organisation's own code at places 9 to 17. */
const ORGANISATION = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]
/** ISO 7064 MOD 11-2, as on identity cards: sole traders are taxed under the number of their owner. */
const PERSON_CHECKS = '10X98765432'
/** Region, day of birth, serial number, check character. */
const PERSON = /^[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/

/** Letters that people write for a digit or another letter. */
const MEANT: Readonly<Record<string, string>> = { I: '1', O: '0', S: '5', V: 'U', Z: '2' }

/**
 * What is wrong with a tax number as a person typed it, naming the character; undefined when nothing is. Only the 18 characters of a
 * unified social credit code (or a person's number) can be checked: of 15 and 20 digits every one is taken, as of any other length that the
 * contract allows.
 */
export function taxIdFault(taxId: string): LocalText | undefined {
  if (taxId.length !== 18 || isPersonNumber(taxId)) return undefined
  return strangeCharacter(taxId) ?? wrongPlace(taxId) ?? wrongCheck(taxId)
}

function strangeCharacter(taxId: string): LocalText | undefined {
  const at = [...taxId].findIndex((character) => !ALPHABET.includes(character))
  if (at < 0) return undefined
  const [place, character, meant] = [at + 1, taxId[at]!, MEANT[taxId[at]!]]
  return {
    zh: `第${place}位“${character}”不会出现在统一社会信用代码中${meant ? `，是否应为“${meant}”` : ''}`,
    en: `character ${place}, “${character}”, does not occur in a unified social credit code${meant ? `; is it “${meant}”?` : ''}`,
  }
}

/** Places 3 to 8 are the number of a region: digits only. */
function wrongPlace(taxId: string): LocalText | undefined {
  const at = [...taxId].findIndex((character, index) => index >= 2 && index < 8 && !/\d/.test(character))
  if (at < 0) return undefined
  return {
    zh: `第${at + 1}位“${taxId[at]}”应为数字：第3至8位是行政区划码`,
    en: `character ${at + 1}, “${taxId[at]}”, must be a digit: places 3 to 8 name the region`,
  }
}

/** One of the two checks broken tells where to look: the organisation's code has one of its own. */
function wrongCheck(taxId: string): LocalText | undefined {
  const expected = checkCharacter(taxId)
  if (expected === taxId[17]) return undefined
  const inside = organisationCheck(taxId) !== taxId[16]
  return {
    zh: `第18位校验码应为“${expected}”，现为“${taxId[17]}”：${inside ? '请先核对第9至17位（组织机构代码）' : '请核对第1至8位与第18位'}`,
    en: `character 18 should be “${expected}” and is “${taxId[17]}”: check ${inside ? 'places 9 to 17 (the organisation) first' : 'places 1 to 8 and 18'}`,
  }
}

/** The last character that belongs to the first 17. */
export function checkCharacter(taxId: string): string {
  let sum = 0
  let weight = 1
  for (const character of taxId.slice(0, 17)) {
    sum += ALPHABET.indexOf(character) * weight
    weight = (weight * 3) % 31
  }
  return ALPHABET[(31 - (sum % 31)) % 31]!
}

function organisationCheck(taxId: string): string {
  const sum = ORGANISATION_WEIGHTS.reduce((total, weight, index) => total + ORGANISATION.indexOf(taxId[8 + index]!) * weight, 0)
  const check = 11 - (sum % 11)
  return check === 10 ? 'X' : check === 11 ? '0' : String(check)
}

function isPersonNumber(taxId: string): boolean {
  if (!PERSON.test(taxId)) return false
  const sum = [...taxId.slice(0, 17)].reduce((total, digit, index) => total + Number(digit) * (2 ** (17 - index) % 11), 0)
  return PERSON_CHECKS[sum % 11] === taxId[17]
}
