import type { VNode } from 'preact'
import type { Slice } from '#src/core/keyset'
import { addSeconds } from '#src/core/time'
import type { PageContext } from '#views/page-context'
import { NOW } from './sample-props'

/** A page in one of its states. */
export type Sample = { name: string; path: string; viewer: PageContext['viewer']; page: VNode }
export type At = (name: string, path: string, page: VNode) => Sample

export const id = (at: number): string => `019b7a00-0000-7000-8000-${String(at).padStart(12, '0')}`
export const slice = <Row>(rows: Row[], newer: string | null = null, older: string | null = null): Slice<Row> => ({
  rows,
  newer,
  older,
  size: 20,
})
export const ago = (seconds: number) => addSeconds(NOW, -seconds)
export const DAY = 86_400
