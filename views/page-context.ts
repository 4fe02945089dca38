import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Money } from '#src/core/money'
import { type DoneKey, type Language, type TextKey, type TextParams, text } from '#src/core/text'
import type { Instant } from '#src/core/time'

export type Theme = 'auto' | 'light' | 'dark'

export type OperatorViewer = {
  kind: 'operator'
  id: string
  username: string
  name: string
  category: 'trial' | 'normal' | 'vip'
  balance: Money
  unread: number
  /** When balance and unread messages were read. */
  asOf: Instant
}

/** `role` of kind admin: super_admin, admin or operator (运营专员); of finance: specialist, manager or auditor. */
export type StaffViewer = {
  kind: 'admin' | 'finance' | 'analyst'
  id: string
  username: string
  name: string
  role: string
  permissions: readonly string[]
  /** Requests of the office that wait for them. */
  waiting: number
}

/** What every page knows about the request it answers; built once per request by the entry file. */
export type PageContext = {
  language: Language
  theme: Theme
  environment: 'development' | 'test' | 'production'
  /** Where the simulated bank shows its books; only on a machine that pays through it. */
  gatewayDesk?: string | undefined
  /** Own path with query, where the language and theme switches lead back to. */
  path: string
  /** Null where no form with a session is possible. */
  csrfToken: string | null
  requestId: string
  /** What the last form did, told once. */
  done: DoneKey | null
  /** Asset name → hashed URL, from `platform/assets.ts`; views may not import the platform. */
  assets: Readonly<Record<string, string>>
  viewer: OperatorViewer | StaffViewer | null
}

export const Page = createContext<PageContext | null>(null)

/** The context of the page being rendered; throws outside `renderPage`. */
export function usePage(): PageContext {
  const page = useContext(Page)
  if (!page) throw new Error('A component was rendered outside renderPage')
  return page
}

export type Say = <Key extends TextKey>(key: Key, ...params: TextParams<Key>) => string

/** The words of the page's language. */
export function useText(): Say {
  const { language } = usePage()
  return (key, ...params) => text(language, key, ...params)
}
