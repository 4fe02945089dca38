import { join } from 'node:path'
import { type Instant, now } from '#src/core/time'
import { config } from '#src/platform/config'
import { openPool, transaction } from '#src/platform/database'
import { databaseConnection } from '#src/platform/database-url'
import { keepCheck, tellCheck } from '#src/schema-verify/checks'
import { type Fingerprint, readFingerprint } from '#src/schema-verify/fingerprint'
import { type Verification, verifySchema } from '#src/schema-verify/verify'
import { type Command, parse, withDatabase } from './command'
import { complain, print } from './print'

const EXPECTED = join(import.meta.dir, '../../drizzle/expected-schema.json')

export const schemaCommands: Command[] = [
  {
    name: 'schema verify',
    usage: '[--json]',
    zh: '核对数据库是否与本版本一致',
    en: 'is the live database what this release was shipped with?',
    more: [
      '比较表、约束、索引、触发器、函数、权限，并在回滚的事务中试探代码所依赖的每一个取值；有任何差异则退出码为 1',
      'Compares the catalogue and tries every value the code relies on in a rolled-back transaction; exit 1 on any finding',
      '--json   每处差异一行 JSON / one line of JSON for each finding',
      '结果留存在 schema_checks，见管理后台“结构核对” / kept in schema_checks, shown on the page of schema checks',
    ],
    run: async (args) => {
      const { values } = parse(args, { json: { type: 'boolean' } })
      const startedAt = now()
      const found = await verifySchema(databaseConnection(config()))
      const { findings, details, objects, probes } = found
      for (const [index, finding] of findings.entries()) complain(values.json ? JSON.stringify(details[index]) : `- ${finding}`)
      await keep(found, startedAt)
      if (findings.length === 0) {
        print(
          `结构一致：${objects} 个对象，${probes} 项试探 / the schema is what this release expects: ${objects} objects, ${probes} probes`,
        )
        return 0
      }
      complain(`发现 ${findings.length} 处不一致 / ${findings.length} findings`)
      return 1
    },
  },
  {
    name: 'schema fingerprint',
    usage: '[--write]',
    zh: '输出数据库结构指纹（开发者用）',
    en: "print the database's fingerprint, for developers",
    more: ['--write   写入 drizzle/expected-schema.json / write it to drizzle/expected-schema.json'],
    run: async (args) => {
      const { values } = parse(args, { write: { type: 'boolean' } })
      const fingerprint = await fingerprintNow()
      const text = `${JSON.stringify(fingerprint, null, 2)}\n`
      if (!values.write) {
        print(text.trimEnd())
        return 0
      }
      await Bun.write(EXPECTED, text)
      print(`已写入 / written: drizzle/expected-schema.json (${Object.keys(fingerprint).length})`)
      return 0
    },
  },
]

/** A database whose tables of checks and alerts are what is missing cannot keep it; what was found has been said by then. */
async function keep(found: Verification, startedAt: Instant): Promise<void> {
  try {
    await withDatabase(async () => {
      await transaction((tx) => tellCheck(tx, found, now()))
      await transaction((tx) => keepCheck(tx, 'command', found, startedAt, now()))
    })
  } catch (error) {
    complain(`结果未留存 / not kept: ${error instanceof Error ? error.message : 'unknown'}`)
  }
}

async function fingerprintNow(): Promise<Fingerprint> {
  const pool = openPool(databaseConnection(config()), { max: 1, name: 'mr-fingerprint', asApplication: false })
  try {
    return await readFingerprint(pool as unknown as Parameters<typeof readFingerprint>[0])
  } finally {
    await pool.end({ timeout: 5 })
  }
}
