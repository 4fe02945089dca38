let draining = false

/** True while this process finishes its last requests: readiness says no, so that a proxy sends its calls elsewhere. */
export const isDraining = (): boolean => draining

export function setDraining(value: boolean): void {
  draining = value
}
