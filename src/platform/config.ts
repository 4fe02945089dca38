import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import { PAYMENT_ENVIRONMENT, type PaymentEnvironment, readPaymentSettings } from './payment-settings'

/** A development key so that a laptop starts without ceremony; `production` refuses it. */
const DEVELOPMENT_MASTER_KEYS = '1:ZGV2ZWxvcG1lbnQtb25seS1tYXN0ZXIta2V5LTMyYnk='
const DEVELOPMENT_JWT_SECRET = 'development-only-secret-not-for-production'

const optionalText = v.optional(v.pipe(v.string(), v.trim()))
const integer = (min: number, max: number, fallback: number) =>
  v.pipe(
    v.optional(v.string(), String(fallback)),
    v.regex(/^\d+$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  )
const url = (protocols: string[]) =>
  v.pipe(
    v.string(),
    v.check((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), `must be a URL with ${protocols.join(' or ')}`),
  )

/** `version:base64 of 32 bytes`, several parted by commas; the highest version encrypts, all decrypt. */
const MasterKeys = v.pipe(
  v.string(),
  v.check(
    (text) =>
      text
        .split(',')
        .every((part) => /^\d+:[A-Za-z0-9+/]+=*$/.test(part.trim()) && Buffer.from(part.split(':')[1]!, 'base64').length === 32),
    'must be version:base64 of 32 bytes, several parted by commas',
  ),
)

/** Addresses or CIDR ranges parted by commas. */
const AddressRanges = v.pipe(
  v.string(),
  v.trim(),
  v.check((text) => text.split(',').every((part) => isAddressRange(part.trim())), 'must be addresses or CIDR ranges parted by commas'),
)

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return longest > 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest))
}

/** Every environment variable of the product; `.env.example` and the README are checked against these keys. */
export const Environment = v.object({
  APP_ENV: v.optional(v.picklist(['development', 'test', 'production'], 'must be development, test or production'), 'development'),
  HOST: v.optional(v.pipe(v.string(), v.nonEmpty('must not be empty')), '127.0.0.1'),
  PORT: integer(0, 65535, 8000),
  DATA_DIR: v.optional(v.pipe(v.string(), v.nonEmpty('must not be empty')), '.data'),
  DATABASE_URL: v.optional(url(['postgres:', 'postgresql:'])),
  DATABASE_POOL: integer(2, 100, 10),
  PUBLIC_URL: v.optional(url(['http:', 'https:'])),
  ALLOWED_HOSTS: optionalText,
  TRUSTED_PROXIES: v.optional(AddressRanges),
  WEB_PROCESSES: integer(1, 64, 1),
  MASTER_KEYS: v.optional(MasterKeys),
  JWT_SECRET: v.optional(v.pipe(v.string(), v.minLength(32, 'must have at least 32 characters'))),
  SMTP_URL: v.optional(url(['smtp:', 'smtps:'])),
  MAIL_FROM: optionalText,
  DINGTALK_WEBHOOK: v.optional(url(['http:', 'https:'])),
  DINGTALK_SECRET: optionalText,
  WECOM_WEBHOOK: v.optional(url(['http:', 'https:'])),
  METRICS_TOKEN: v.optional(v.pipe(v.string(), v.minLength(16, 'must have at least 16 characters'))),
  BACKUP_DIR: v.optional(v.pipe(v.string(), v.nonEmpty('must not be empty'))),
  BACKUP_KEY: v.optional(MasterKeys),
  BACKUP_WAY: v.optional(v.picklist(['auto', 'archive', 'pg_dump'], 'must be auto, archive or pg_dump'), 'auto'),
  BACKUP_S3_URL: v.optional(url(['http:', 'https:'])),
  BACKUP_S3_REGION: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/, 'must be letters, digits and hyphens')), 'us-east-1'),
  BACKUP_S3_ACCESS_KEY: optionalText,
  BACKUP_S3_SECRET_KEY: optionalText,
  LOG_LEVEL: v.optional(v.picklist(['debug', 'info', 'warn', 'error', 'silent'], 'must be debug, info, warn, error or silent'), 'info'),
  SEED_DEMO: v.optional(v.picklist(['auto', 'off'], 'must be auto or off'), 'auto'),
  FAULT_POINT: optionalText,
  ...PAYMENT_ENVIRONMENT,
})

export type Config = ReturnType<typeof readConfig>

/** A server that listens everywhere is called by its loopback name on its own machine. */
const ANY_ADDRESS = /^(0\.0\.0\.0|::|\[::\])$/

const PRODUCTION_NEEDS = ['DATABASE_URL', 'PUBLIC_URL', 'MASTER_KEYS', 'JWT_SECRET', 'METRICS_TOKEN'] as const

/** All that is wrong with the environment, one line each; empty when it is fine. */
export function environmentFaults(env: Record<string, string | undefined>): string[] {
  const given = dropEmpty(env)
  const parsed = v.safeParse(Environment, given)
  const faults = (parsed.issues ?? []).map((issue) => `${String(issue.path?.[0]?.key)} ${issue.message}`)
  faults.push(...paymentsOf(given).faults)
  for (const key of ['BACKUP_S3_ACCESS_KEY', 'BACKUP_S3_SECRET_KEY'] as const) {
    if (given.BACKUP_S3_URL && !given[key]) faults.push(`${key} is required when BACKUP_S3_URL is set`)
  }
  if (given.DINGTALK_WEBHOOK && !given.DINGTALK_SECRET) faults.push('DINGTALK_SECRET is required when DINGTALK_WEBHOOK is set')
  if (given.APP_ENV !== 'production') return faults
  for (const key of PRODUCTION_NEEDS) if (!given[key]) faults.push(`${key} is required when APP_ENV=production`)
  if (given.MASTER_KEYS === DEVELOPMENT_MASTER_KEYS) faults.push('MASTER_KEYS must not be the development key')
  if (given.JWT_SECRET === DEVELOPMENT_JWT_SECRET) faults.push('JWT_SECRET must not be the development secret')
  if (given.BACKUP_S3_URL && !/^https:/.test(given.BACKUP_S3_URL)) faults.push('BACKUP_S3_URL must be https when APP_ENV=production')
  for (const key of ['DINGTALK_WEBHOOK', 'WECOM_WEBHOOK'] as const) {
    if (given[key] && !/^https:/i.test(given[key])) faults.push(`${key} must be https when APP_ENV=production`)
  }
  if (given.FAULT_POINT) faults.push('FAULT_POINT is for tests only')
  return faults
}

/** The channels of payment as they are configured; their keys are read from their files here and now. */
const paymentsOf = (given: PaymentEnvironment & { MASTER_KEYS?: string; APP_ENV?: string }) =>
  readPaymentSettings(given, {
    masterKeys: given.MASTER_KEYS ?? DEVELOPMENT_MASTER_KEYS,
    production: given.APP_ENV === 'production',
  })

const dropEmpty = (env: Record<string, string | undefined>) => Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))

/** Reads the environment; throws an Error whose message lists every fault at once. */
function readConfig(env: Record<string, string | undefined>) {
  const faults = environmentFaults(env)
  if (faults.length > 0) throw new Error(`Wrong environment:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
  const given = v.parse(Environment, dropEmpty(env))
  const production = given.APP_ENV === 'production'
  const dataDir = resolve(given.DATA_DIR)
  return {
    ...given,
    DATA_DIR: dataDir,
    BACKUP_DIR: resolve(given.BACKUP_DIR ?? join(dataDir, 'backups')),
    production,
    MASTER_KEYS: given.MASTER_KEYS ?? DEVELOPMENT_MASTER_KEYS,
    JWT_SECRET: given.JWT_SECRET ?? DEVELOPMENT_JWT_SECRET,
    /** On a laptop a local proxy or the headset simulator names the client; in production nobody is trusted unless listed. */
    TRUSTED_PROXIES: given.TRUSTED_PROXIES ?? (production ? '' : '127.0.0.1,::1'),
    payments: paymentsOf(given).settings,
    PUBLIC_URL: given.PUBLIC_URL ?? `http://${ANY_ADDRESS.test(given.HOST) ? '127.0.0.1' : given.HOST}:${given.PORT}`,
  }
}

let current: Config | undefined

/** The configuration of this process, read once at first use. */
export function config(): Config {
  current ??= readConfig(process.env)
  return current
}

/** The master keys alone: what has to be sealed before the rest of a configuration is in order needs no more. Throws like `config`. */
export function masterKeysAlone(): string {
  const faults = environmentFaults(process.env).filter((fault) => fault.startsWith('MASTER_KEYS '))
  if (faults.length > 0) throw new Error(`Wrong environment:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
  return process.env.MASTER_KEYS || DEVELOPMENT_MASTER_KEYS
}

/** The environment to hand to a child process, with some values replaced. */
export const childEnvironment = (overrides: Record<string, string>): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  ...overrides,
})
