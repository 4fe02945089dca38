let draining = false
const listeners = new Set<() => void>()

/** True while this process finishes its last requests: readiness says no, so that a proxy sends its calls elsewhere. */
export const isDraining = (): boolean => draining

/** Calls `end` when draining begins: what would never finish by itself, such as a stream, ends then. */
export function onDrain(end: () => void): void {
  listeners.add(end)
}

export function setDraining(value: boolean): void {
  draining = value
  if (value) for (const end of listeners) end()
}
