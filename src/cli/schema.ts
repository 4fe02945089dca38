import { join } from 'node:path'
import { config } from '#src/platform/config'
import { openPool } from '#src/platform/database'
import { databaseConnection } from '#src/platform/database-url'
import { type Fingerprint, readFingerprint } from '#src/schema-verify/fingerprint'
import { verifySchema } from '#src/schema-verify/verify'
import { type Command, parse } from './command'
import { complain, print } from './print'

const EXPECTED = join(import.meta.dir, '../../drizzle/expected-schema.json')

export const schemaCommands: Command[] = [
  {
    name: 'schema verify',
    usage: '',
    zh: '核对数据库是否与本版本一致',
    en: 'is the live database what this release was shipped with?',
    more: [
      '比较表、约束、索引、触发器、权限，并在回滚的事务中试探；有任何差异则退出码为 1',
      'Compares the catalogue and tries rules in a rolled-back transaction; exit 1 on any finding',
    ],
    run: async (args) => {
      parse(args, {})
      const { findings } = await verifySchema(databaseConnection(config()))
      if (findings.length === 0) {
        print('结构一致 / the schema is what this release expects')
        return 0
      }
      for (const finding of findings) complain(`- ${finding}`)
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

async function fingerprintNow(): Promise<Fingerprint> {
  const pool = openPool(databaseConnection(config()), { max: 1, name: 'mr-fingerprint', asApplication: false })
  try {
    return await readFingerprint(pool as unknown as Parameters<typeof readFingerprint>[0])
  } finally {
    await pool.end({ timeout: 5 })
  }
}
