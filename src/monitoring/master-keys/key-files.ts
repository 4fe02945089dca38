import { readFileSync } from 'node:fs'
import { config } from '#src/platform/config'
import { sealedVersion } from '#src/platform/key-files'

/** The files whose secret is sealed under a master key (`mr secret seal`). */
const SEALED_FILES = ['WECHAT_PRIVATE_KEY_FILE', 'WECHAT_API_V3_KEY_FILE', 'ALIPAY_PRIVATE_KEY_FILE'] as const

export type KeyFile = { variable: string; path: string; version: number }

/** The configured key files that are sealed, each with the master key it needs; one that cannot be read needs none that we know. */
export function sealedKeyFiles(): KeyFile[] {
  const settings = config()
  return SEALED_FILES.flatMap((variable) => {
    const path = settings[variable]
    const version = path ? versionOf(path) : undefined
    return path && version !== undefined ? [{ variable, path, version }] : []
  })
}

function versionOf(path: string): number | undefined {
  try {
    return sealedVersion(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
