import { type Language, type TextKey, text } from '#src/core/text'

/** What may be wrong with a backup or its restore; the words stand in the texts of this area. */
export type FaultCode = TextKey extends infer Key ? (Key extends `backups.fault.${infer Code}` ? Code : never) : never
export type FaultFacts = Record<string, string | number>

/** A fault that people can do something about: a code, what the sentence names, and the sentence in both languages. */
export class BackupFault extends Error {
  constructor(
    readonly code: FaultCode,
    readonly facts: FaultFacts = {},
  ) {
    super([...new Set([faultWords('zh', code, facts), faultWords('en', code, facts)])].join(' / '))
  }
}

function faultWords(language: Language, code: FaultCode, facts: FaultFacts): string {
  return text(language, `backups.fault.${code}`, facts as never)
}

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', '53100'])

/** What went wrong, as a fault; an error that nobody expected keeps its own words. */
export function faultOf(error: unknown): BackupFault {
  if (error instanceof BackupFault) return error
  const { code = '', message, cause } = (error ?? {}) as { code?: string; message?: string; cause?: unknown }
  if (DISK_FULL.has(code)) return new BackupFault(code === '53100' ? 'database_disk_full' : 'disk_full')
  if (cause instanceof Error) return faultOf(cause)
  return new BackupFault('unexpected', { reason: (message ?? String(error)).split('\n')[0]!.slice(0, 300) })
}
