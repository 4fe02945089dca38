import { invalidField } from '#src/core/problem'
import { config } from './config'
import { turnstile } from './turnstile'

/** argon2id with 19 MiB and two passes (PRODUCT 2); about 35 ms a check. */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
/** Hashes under way at most: each takes 19 MiB, and a wave of sign-ins must not starve game starts. */
const MAX_UNDER_WAY = 4
/** Checked in place of a hash that does not exist, so that unknown names take as long as wrong passwords. */
let decoy: Promise<string> | undefined

/** They stand in the README and are worth nothing. */
const DEMO_PASSWORDS: readonly string[] = ['Admin@2024!', 'Pass@2024!', 'Analyst@2024!', 'Demo@2024!']

/** True for a password of our documents: nobody may use it where APP_ENV=production. */
export const isDemoPassword = (password: string): boolean => DEMO_PASSWORDS.includes(password)

const inTurn = turnstile(MAX_UNDER_WAY)

/** Hashes a password for keeping. Throws INVALID_PARAMS for a password of our documents where APP_ENV=production. */
export async function hashPassword(password: string): Promise<string> {
  if (config().production && isDemoPassword(password)) {
    throw invalidField('password', '演示密码不能用于生产环境', 'is a demo password, which production refuses')
  }
  return inTurn(() => Bun.password.hash(password, ARGON2ID))
}

/** True when the password is right. `hash` may be undefined for an unknown account: the answer is no, in the same time. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  decoy ??= hashPassword('no account has this password')
  const against = hash ?? (await decoy)
  const right = await inTurn(() => Bun.password.verify(password, against))
  return right && hash !== undefined
}
