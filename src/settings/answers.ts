import * as v from 'valibot'
import { answers, answersList, isoText, oneOf, orNull, wireId, words, yesNo } from '#src/core/answers'

/** What the settings' routes answer (API 5). */

/** Whole numbers as numbers, amounts and words as text, switches as true or false. */
const value = v.union([v.pipe(v.number(), v.integer(), v.metadata({ examples: [10] })), words('10.00'), v.boolean()])
/** Of amounts as text, of whole numbers and lengths as numbers. */
const end = orNull(v.union([v.pipe(v.number(), v.integer()), words('10.00')]))

const setting = v.strictObject({
  key: words('rate_limit_per_minute'),
  type: oneOf(['integer', 'money', 'boolean', 'text']),
  value,
  default: value,
  min: end,
  max: end,
  options: orNull(v.array(words('recharge'))),
  editable: yesNo,
  updated_by: orNull(wireId('admin')),
  updated_by_name: orNull(words('李薇')),
  updated_at: isoText,
})

export const CHANGED = '配置已更新，立即生效'
export const SettingsAnswer = answersList(setting)
export const SettingAnswer = answers(setting, { errors: ['RESOURCE_NOT_FOUND'] })
export const ChangedSettingAnswer = answers(setting, { message: CHANGED, errors: ['RESOURCE_NOT_FOUND'] })
