import { en } from './text.en'
import { zh } from './text.zh'

export type Language = 'zh' | 'en'
export type TextKey = keyof typeof zh

type Placeholders<Pattern> = Pattern extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never
type Params<Key extends TextKey> = Record<Placeholders<(typeof zh)[Key]>, string | number>

/** The arguments after the key: none where the words have no placeholder, else a value for each. */
export type TextParams<Key extends TextKey> = [Placeholders<(typeof zh)[Key]>] extends [never] ? [] : [params: Params<Key>]

/** The keys whose words have no placeholder; for tables of labels. */
export type PlainKey = { [Key in TextKey]: [Placeholders<(typeof zh)[Key]>] extends [never] ? Key : never }[TextKey]

/** What was done, said once after a form was sent: `sites.done.created`. */
export type DoneKey = Extract<PlainKey, `${string}.done.${string}`>

/** Whether a text from a cookie is one of those keys; anything else is not shown. */
export const isDoneKey = (key: string | undefined): key is DoneKey => key?.includes('.done.') === true && Object.hasOwn(zh, key)

/** Whether a key that was put together from data is there: not every operation or setting has words. */
export const isPlainKey = (key: string): key is PlainKey => Object.hasOwn(zh, key)

/** The keys under a prefix in their order, such as all operations that have a name. */
export const keysUnder = (prefix: string): PlainKey[] => (Object.keys(zh) as PlainKey[]).filter((key) => key.startsWith(prefix))

const WORDS: Record<Language, Record<TextKey, string>> = { zh, en }

/** The words of the pages in one language; `{name}` in them is replaced from `params`. */
export function text<Key extends TextKey>(language: Language, key: Key, ...[params]: TextParams<Key>): string {
  const words = WORDS[language][key]
  if (!params) return words
  const values = params as Record<string, string | number>
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
