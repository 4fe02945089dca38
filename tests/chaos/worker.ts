import { now, useClock } from '#src/core/time'
import { expireOrders, syncPendingOrders } from '#src/payments/sync-pending'
import { config } from '#src/platform/config'
import { closeDatabase, openDatabase } from '#src/platform/database'
import { databaseConnection } from '#src/platform/database-url'
import { syncRefunds } from '#src/refunds/sync-processing'
import { loadSettings } from '#src/settings/settings'

/** What the clock does about money, once, some milliseconds ahead of the present: `bun tests/chaos/worker.ts <ahead>`. */

const ahead = Number(Bun.argv[2])
useClock(() => performance.timeOrigin + performance.now() + ahead)
openDatabase(databaseConnection(config()), { max: 8, name: 'mr-chaos-worker', asApplication: true })
await loadSettings()
await expireOrders({ now: now() })
await syncPendingOrders({ now: now() })
await syncRefunds({ now: now() })
await closeDatabase()
