import type { BackupKeys } from './keys'

/** A backup that is being written: where to, under which key, and whom to tell how far it is. */
export type Writing = {
  place: { folder: string; backup: string; keys: BackupKeys | undefined }
  /** The number of the next part; no two parts share one. */
  nextIndex(): number
  wrote(rows: number): void
  signal: AbortSignal | undefined
}

/** Begins to write into `folder`. */
export function startWriting(place: Writing['place'], told: (rows: number) => void, signal: AbortSignal | undefined): Writing {
  let index = 0
  let rows = 0
  return {
    place,
    signal,
    nextIndex: () => index++,
    wrote: (more) => {
      rows += more
      told(rows)
    },
  }
}
