import type { Uuid } from '#src/core/ids'
import { type Instant, instant } from '#src/core/time'

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export type Random = ReturnType<typeof randomFrom>

/**
 * A source of numbers that look random and are the same for the same seed (sfc32). Each story has a source of its own, so that one
 * more row here changes nothing there.
 */
export function randomFrom(seed: string) {
  const digest = new DataView(new Bun.CryptoHasher('sha256').update(seed).digest().buffer)
  let [a, b, c, d] = [digest.getInt32(0), digest.getInt32(4), digest.getInt32(8), digest.getInt32(12)]

  /** 0 ≤ x < 1. */
  function next(): number {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4_294_967_296
  }
  /** A whole number, both ends included. */
  const whole = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  const chance = (share: number): boolean => next() < share
  const pick = <T>(list: readonly T[]): T => list[whole(0, list.length - 1)]!
  const text = (letters: string, length: number): string => Array.from({ length }, () => letters[whole(0, letters.length - 1)]).join('')
  const digits = (length: number): string => text('0123456789', length)
  const alphanumeric = (length: number): string => text(ALPHANUMERIC, length)

  /** One of the values, each as likely as its weight says. */
  function weighted<T>(choices: readonly { value: T; weight: number }[]): T {
    let left = next() * choices.reduce((sum, { weight }) => sum + weight, 0)
    for (const { value, weight } of choices) {
      left -= weight
      if (left < 0) return value
    }
    return choices.at(-1)!.value
  }

  /** How often something happens that happens `mean` times on average; for means up to a hundred. */
  function poisson(mean: number): number {
    const limit = Math.exp(-mean)
    let count = 0
    for (let product = next(); product > limit; product *= next()) count++
    return count
  }

  /** A UUIDv7 of that moment. */
  function id(at: Instant): Uuid {
    const time = at.getTime().toString(16).padStart(12, '0')
    const tail = text('0123456789abcdef', 18)
    return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-${pick(['8', '9', 'a', 'b'])}${tail.slice(3, 6)}-${tail.slice(6)}`
  }

  /** A UUIDv4, as authorisation tokens are. */
  function token(): Uuid {
    const hex = text('0123456789abcdef', 30)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${pick(['8', '9', 'a', 'b'])}${hex.slice(15, 18)}-${hex.slice(18)}`
  }

  /** A moment between two. */
  const between = (from: Instant, to: Instant): Instant => instant(whole(from.getTime(), to.getTime()))

  return { next, whole, chance, pick, digits, alphanumeric, weighted, poisson, id, token, between }
}
