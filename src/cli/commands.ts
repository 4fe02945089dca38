import type { Command } from './command'
import { jobCommands } from './job'
import { ledgerCommands } from './ledger'
import { migrateCommands } from './migrate'
import { schemaCommands } from './schema'
import { secretCommands } from './secret'
import { seedCommands } from './seed'
import { seedLoadCommands } from './seed-load'
import { simulateCommands } from './simulate'
import { staffCommands } from './staff'
import { usageCommands } from './usage'

/** Everything `mr` can do, in the order in which its help tells it. */
export const COMMANDS: readonly Command[] = [
  ...migrateCommands,
  ...schemaCommands,
  ...seedCommands,
  ...seedLoadCommands,
  ...simulateCommands,
  ...staffCommands,
  ...secretCommands,
  ...ledgerCommands,
  ...usageCommands,
  ...jobCommands,
]
