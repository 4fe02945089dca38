import { alertCommands } from './alert'
import { backupCommands } from './backup'
import { backupRestoreCommands } from './backup-restore'
import type { Command } from './command'
import { healthCommands } from './health'
import { jobCommands } from './job'
import { ledgerCommands } from './ledger'
import { migrateCommands } from './migrate'
import { releaseCommands } from './release'
import { resealCommands } from './reseal'
import { schemaCommands } from './schema'
import { secretCommands } from './secret'
import { seedCommands } from './seed'
import { seedLoadCommands } from './seed-load'
import { simulateCommands } from './simulate'
import { staffCommands } from './staff'
import { usageCommands } from './usage'
import { walletCommands } from './wallet'

/** Everything `mr` can do, in the order in which its help tells it. */
export const COMMANDS: readonly Command[] = [
  ...migrateCommands,
  ...schemaCommands,
  ...releaseCommands,
  ...seedCommands,
  ...seedLoadCommands,
  ...simulateCommands,
  ...staffCommands,
  ...secretCommands,
  ...resealCommands,
  ...ledgerCommands,
  ...backupCommands,
  ...backupRestoreCommands,
  ...usageCommands,
  ...walletCommands,
  ...jobCommands,
  ...healthCommands,
  ...alertCommands,
]
