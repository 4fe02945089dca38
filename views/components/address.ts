import { usePage } from '../page-context'

type Changes = Readonly<Record<string, string | null>>

/** Every change of what is shown starts on the first page again. */
const CURSORS = ['after', 'before']

/** A path with query fields set (text) or taken away (null). Whatever the path holds, the outcome is one of our own. */
export function changedAddress(path: string, changes: Changes): string {
  const [, own = '/', query = ''] = /^(\/(?![/\\])[\w\-./]*)(?:\?([^#]*))?/.exec(path) ?? []
  const params = new URLSearchParams(query)
  for (const cursor of CURSORS) params.delete(cursor)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) params.delete(name)
    else params.set(name, value)
  }
  for (const [name, value] of [...params]) if (value === '') params.delete(name)
  const text = params.toString()
  return text ? `${own}?${text}` : own
}

/** The page's own address with something changed: the address is the state of every list. */
export function useAddress(): (changes: Changes) => string {
  const { path } = usePage()
  return (changes) => changedAddress(path, changes)
}

/** What the page's address says about one field; undefined when nothing. */
export function useAsked(): (name: string) => string | undefined {
  const { path } = usePage()
  const params = new URLSearchParams(path.split('#')[0]!.split('?')[1] ?? '')
  return (name) => params.get(name) ?? undefined
}
