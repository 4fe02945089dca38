import * as v from 'valibot'
import { type IdKind, parseId, showId, type Uuid } from './ids'
import { type Money, parseYuan } from './money'
import { addDays, type Instant, instant, isCalendarDay, parseMinute, startOfDay } from './time'
import { say } from './validation'

/** The field shapes of API.md, written once and used by every schema. */

/** Text after trimming, counted in characters as PostgreSQL counts them; no control characters but line breaks and tabs. */
export const text = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.check((value) => value.isWellFormed() && !CONTROL.test(value), say('含有不允许的字符', 'contains characters that are not allowed')),
    v.check((value) => [...value].length >= min, say(`至少${min}个字符`, `needs at least ${min} characters`)),
    v.check((value) => [...value].length <= max, say(`最多${max}个字符`, `may have at most ${max} characters`)),
    v.metadata({ minLength: min, maxLength: max }),
  )

// biome-ignore lint/suspicious/noControlCharactersInRegex: the point is to find them
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/** An id on the wire, prefixed or bare; gives the bare UUID. */
export const idOf = (kind: IdKind) =>
  v.pipe(
    v.string(),
    v.check((value) => parseId(kind, value) !== undefined, say('ID格式错误', 'is not a valid id')),
    v.metadata({ format: 'id', examples: [showId(kind, '019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55')] }),
    v.transform((value): Uuid => parseId(kind, value)!),
  )

/** A decimal string with up to two places within a range in yuan; gives Money. */
export const yuanBetween = (min: string, max: string) =>
  v.pipe(
    v.string(),
    v.check((value) => parseYuan(value) !== undefined, say('须为最多两位小数的金额字符串', 'must be an amount like "12.34"')),
    v.metadata({ format: 'yuan', pattern: '^\\d+(\\.\\d{1,2})?$', 'x-minimum': min, 'x-maximum': max, examples: [min] }),
    v.transform((value): Money => parseYuan(value)!),
    v.check(
      (value) => value >= parseYuan(min)! && value <= parseYuan(max)!,
      say(`须在${min}-${max}元之间`, `must be between ${min} and ${max} yuan`),
    ),
  )

const ISO = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/

/** Not every date that Date takes is in the calendar: it makes 2 March of 30 February. */
function isIsoInstant(text: string): boolean {
  const [, day] = ISO.exec(text) ?? []
  return day !== undefined && isCalendarDay(day) && !Number.isNaN(instant(text).getTime())
}

/** ISO 8601 with a zone; gives an Instant. */
export const isoInstant = v.pipe(
  v.string(),
  v.check(isIsoInstant, say('须为ISO 8601时间', 'must be an ISO 8601 time')),
  v.metadata({ format: 'date-time', examples: ['2026-01-01T00:00:00.000Z'] }),
  v.transform((value): Instant => instant(value)),
)

/** A day of Asia/Shanghai, `YYYY-MM-DD`. */
export const calendarDay = v.pipe(
  v.string(),
  v.check(isCalendarDay, say('须为日期，例如2026-12-31', 'must be a date like 2026-12-31')),
  v.metadata({ format: 'date', examples: ['2026-12-31'] }),
)

/** The last day of something, `YYYY-MM-DD` in Asia/Shanghai; gives the end of that day. */
export const lastDay = v.pipe(
  v.string(),
  v.check(isCalendarDay, say('须为日期，例如2026-12-31', 'must be a date like 2026-12-31')),
  v.transform((day): Instant => addDays(startOfDay(day), 1)),
)

/** A minute of Asia/Shanghai as a form's field for date and time sends it; gives an Instant. */
export const minute = v.pipe(
  v.string(),
  v.check(
    (text) => parseMinute(text) !== undefined,
    say('须为日期和时间，例如2026-12-31 09:00', 'must be a date and time like 2026-12-31 09:00'),
  ),
  v.transform((text): Instant => parseMinute(text)!),
)

export const username = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_]{3,20}$/, say('须为3-20位字母、数字或下划线', 'must be 3-20 letters, digits or underscores')),
)
export const phone = v.pipe(v.string(), v.regex(/^1[3-9]\d{9}$/, say('须为11位手机号', 'must be an 11-digit mobile number')))
export const email = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(128),
  v.regex(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point is to refuse them
    /^[^\s@<>"',;\u0000-\u001f]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$/,
    say('邮箱格式错误', 'is not a valid e-mail address'),
  ),
)
/** PRODUCT 4: 8–32 with upper, lower and digit. */
export const newPassword = v.pipe(
  v.string(),
  v.check(
    (value) =>
      value.length >= 8 && value.length <= 32 && /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value) && value.isWellFormed(),
    say('须为8-32位，含大写、小写字母和数字', 'must be 8-32 characters with upper case, lower case and a digit'),
  ),
  v.metadata({ format: 'password', minLength: 8, maxLength: 32, pattern: '(?=.*[a-z])(?=.*[A-Z])(?=.*\\d)', examples: ['Passw0rd-1'] }),
)
export const givenPassword = v.pipe(v.string(), v.minLength(1), v.maxLength(128))

/** A bare UUID, as sessions are called; gives it in lower case. */
export const bareUuid = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, say('ID格式错误', 'is not a valid id')),
  v.metadata({ format: 'uuid', examples: ['019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55'] }),
  v.transform((value): Uuid => value.toLowerCase()),
)

/** A change of some fields: at least one of them must be there. */
export const someOf = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.object(entries),
    v.check(
      (given) => Object.values(given).some((value) => value !== undefined),
      say('至少需要一个要修改的字段', 'needs at least one field to change'),
    ),
  )

/** What is looked for in a list; blank means everything. */
export const keyword = v.optional(text(0, 100), '')

/** Why something was done to somebody, in their own words (API: s10-200). */
export const reason = text(10, 200)

/** Query text → page numbers of a list (API 1): page from 1, page_size 1–100. */
export const pageQuery = {
  page: v.optional(v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.metadata({ 'x-minimum': '1' }), v.transform(Number), v.minValue(1)), '1'),
  page_size: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/),
      v.metadata({ 'x-minimum': '1', 'x-maximum': '100' }),
      v.transform(Number),
      v.minValue(1),
      v.maxValue(100),
    ),
    '20',
  ),
}
export const flag = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((value) => value === 'true'),
)
