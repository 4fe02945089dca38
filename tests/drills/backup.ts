import { seedDemo } from '#drizzle/seed'
import { stopCluster } from '#tests/support/database'
import { type BackupDesk, carryOutFaults, ending, type Fault, openDesk, writePapers } from './backup-desk'
import { fileFaults } from './backup-files'
import { makingFaults } from './backup-making'
import { measure } from './backup-million'
import { restoreFaults } from './backup-restoring'
import { type Outcome, report } from './outcomes'

/** What a quick rehearsal keeps: every kind of fault, without those that need a whole backup each. */
const QUICK =
  /flipped, in each|cut off, each|missing, each|no key|another key$|none installed|too little room|full in the middle|dry run|in use|in earnest|-9 while/

/**
 * Spoils backups in every way that we know of and restores them: `bun run drill backup [quick | million]`. Exit code 1 as soon as one
 * outcome is wrong. `million` is the last row alone: a million rows of the journal restored and audited.
 */
export async function drill(words: string[]): Promise<number> {
  const outcomes = words.includes('million') ? [] : await spoil(words.includes('quick'))
  if (!words.includes('quick')) outcomes.push(...(await carryOutFaults([measure()])))
  await stopCluster()
  return report('backup', outcomes)
}

async function spoil(isQuick: boolean): Promise<Outcome[]> {
  const desk = await openDesk()
  try {
    await seedDemo(desk.database.connection)
    writePapers(desk.dataDir)
    const faults = await faultsOf(desk)
    return await carryOutFaults(isQuick ? faults.filter(({ fault }) => QUICK.test(fault)) : faults)
  } finally {
    await desk.close()
  }
}

async function faultsOf(desk: BackupDesk): Promise<Fault[]> {
  const key = `1:${Buffer.alloc(32, 3).toString('base64')}`
  await made(desk, {})
  const [plain] = desk.backups()
  await made(desk, { BACKUP_KEY: key })
  const encrypted = desk.backups().find((name) => name !== plain)!
  return [...fileFaults(desk, plain!, { name: encrypted, key }), ...makingFaults(desk), ...restoreFaults(desk, plain!)]
}

async function made(desk: BackupDesk, env: Record<string, string>): Promise<void> {
  const ended = await desk.mr(['backup', 'create'], env)
  if (ended.code !== 0) throw new Error(`no backup to begin with: ${ending(ended)}`)
}
