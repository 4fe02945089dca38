import * as v from 'valibot'
import { bareUuid, text } from '#src/core/fields'
import { type CaseAct, START_NODE } from '#src/core/office'
import { type Validated, validate } from '#src/core/validation'
import type { Act } from './case'

const reason = text(5, 200)
const note = v.pipe(
  text(0, 200),
  v.transform((words) => words || null),
)
const place = v.pipe(v.string(), v.regex(new RegExp(`^(${START_NODE}|[a-z0-9_]{1,32})$`)))

const SCHEMAS = {
  approve: v.object({ comment: note }),
  reject: v.object({ comment: reason }),
  send_back: v.object({ comment: reason, to: place }),
  transfer: v.object({ comment: note, to: bareUuid }),
  add_signer: v.object({ comment: note, to: bareUuid, where: v.picklist(['before', 'after']) }),
  copy: v.object({ to: bareUuid }),
  comment: v.object({ comment: text(1, 200) }),
  confirm: v.object({}),
  withdraw: v.object({}),
  remind: v.object({}),
}

/** What a form says is to be done, as the machine takes it; every entry that is wrong otherwise. A payment comes with its proof instead. */
export function actIn(act: Exclude<CaseAct, 'pay'>, form: Record<string, string>): Validated<Act> {
  const { comment = '', to = '', where = 'before' } = form
  const checked = validate(SCHEMAS[act] as v.GenericSchema, { comment, to, where })
  if (!checked.ok) return checked
  const value = checked.value as Record<string, string>
  return { ok: true, value: (act === 'copy' ? { do: act, to: [value.to] } : { do: act, ...value }) as Act }
}
