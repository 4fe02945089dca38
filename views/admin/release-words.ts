import type { Instant } from '#src/core/time'
import type { StateOf } from '../components/status-badge'
import { usePage, useText } from '../page-context'

export type StepView = {
  step: 'preflight' | 'backup' | 'build' | 'migrate' | 'verify' | 'beside' | 'smoke' | 'switch'
  startedAt: string
  seconds: number | null
  result: StateOf<'deployStep'>
  note: string
}

export type DeployView = {
  id: string
  kind: 'release' | 'rollback'
  from: string | null
  to: string | null
  by: string
  place: string
  startedAt: Instant
  finishedAt: Instant | null
  result: StateOf<'deploy'>
  steps: readonly StepView[]
  failure: string | null
  schemaHead: string | null
  overrideReason: string | null
}

export const releasePath = (id: string): string => `/admin/releases/${id}`

/** How long it took, in seconds or minutes. */
export function useTook(): (deploy: Pick<DeployView, 'startedAt' | 'finishedAt'>) => string {
  const t = useText()
  return ({ startedAt, finishedAt }) => {
    if (!finishedAt) return '–'
    const seconds = Math.round((finishedAt.getTime() - startedAt.getTime()) / 1000)
    if (seconds < 120) return t('releases.seconds', { count: seconds })
    return t('releases.minutes', { minutes: Math.floor(seconds / 60), seconds: String(seconds % 60).padStart(2, '0') })
  }
}

const CHINESE = /\p{Script=Han}/u

/** The command line says each thing in both languages, `中文 / English`; a page has one. What another program said stays as it is. */
export function useOwnWords(): (text: string) => string {
  const { language } = usePage()
  return (text) =>
    text
      .split('\n')
      .map((line) => {
        const [chinese, english, ...more] = line.split(' / ')
        const isBoth = english !== undefined && more.length === 0 && CHINESE.test(chinese!) && !CHINESE.test(english)
        return isBoth ? (language === 'zh' ? chinese! : english) : line
      })
      .join('\n')
}
