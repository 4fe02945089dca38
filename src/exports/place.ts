import { join } from 'node:path'
import type { Uuid } from '#src/core/ids'
import { config } from '#src/platform/config'
import { rawSql } from '#src/platform/database'

/** Where finished files are: a folder for each database, so that whoever tidies up never takes the files of another one for strays. */
export async function exportFolder(): Promise<string> {
  const [row] = await rawSql()<{ name: string }[]>`SELECT system_identifier || '-' || current_database() AS name FROM pg_control_system()`
  return join(config().DATA_DIR, 'exports', row!.name)
}

/** Each attempt has a file of its own, so that a worker that was thought dead overwrites nothing. */
export const exportFile = async ({ id, attempts }: { id: Uuid; attempts: number }): Promise<string> =>
  join(await exportFolder(), fileNameOf({ id, attempts }))

export const fileNameOf = ({ id, attempts }: { id: Uuid; attempts: number }): string => `${id}-${attempts}`
