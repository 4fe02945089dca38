import { flushRequestLog } from '#src/authorize/request-log'
import { answerTally } from '#src/platform/answer-tally'
import { config } from '#src/platform/config'
import { closeDatabase, openDatabase } from '#src/platform/database'
import { databaseConnection } from '#src/platform/database-url'
import { flushLog, log } from '#src/platform/log'
import { endWithSupervisor, tellSupervisor } from '#src/platform/supervised'
import { writeTally } from '#src/service-level/tally'
import { followSettings } from '#src/settings/settings'
import { openPort } from './http-server'

/** Requests under way get this long after SIGTERM; the supervisor kills after 10 s, and logs are still to be written. */
const DRAIN_MS = 8_000
const TELL_MS = 1_000

openDatabase(databaseConnection(config()), { max: config().DATABASE_POOL, name: 'mr-web', asApplication: true })
const unfollow = await followSettings()
const server = openPort(config().PORT, config().HOST)
log('info', 'web ready', { operation: 'start', url: server.url })
tellSupervisor({ ready: true })
const telling = setInterval(() => tellSupervisor({ answers: answerTally() }), TELL_MS)

endWithSupervisor(async () => {
  log('info', 'web draining', { operation: 'stop' })
  clearInterval(telling)
  unfollow()
  await server.drain(DRAIN_MS)
  await flushRequestLog()
  await writeTally()
  await closeDatabase()
  flushLog()
  process.exit(0)
})
