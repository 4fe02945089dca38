import { EventEmitter } from 'node:events'
import { Logger, type Runner, run, type TaskList, type WorkerEvents } from 'graphile-worker'
import * as v from 'valibot'
import { CHECK_TASK, carryOutCheck } from '#src/audit-logs/checks'
import { bareUuid } from '#src/core/fields'
import { now } from '#src/core/time'
import { waysOf } from '#src/notifications/alert-channels/channels'
import { deliverAlert } from '#src/notifications/alert-channels/deliver'
import { ALERT_DELIVERY_TASK, AlertPayload, tellOfAlert } from '#src/notifications/alert-notices'
import { ALERT_TASK } from '#src/notifications/alerts'
import { deliverMail } from '#src/notifications/mail'
import { simulateMail } from '#src/notifications/simulated-mails'
import { deliverOfficeMail, OFFICE_MAIL_TASK } from '#src/office/mails'
import { config } from '#src/platform/config'
import { type Connection, connectionUrl } from '#src/platform/database-url'
import { log } from '#src/platform/log'
import { type Send, smtpSender } from '#src/platform/mail'
import { SEND_TASK } from '#src/refunds/payouts'
import { advancePayout } from '#src/refunds/send'
import { deliverReport, REPORT_MAIL_TASK } from '#src/reports/mails'
import { tellChain } from './tell-chain'

/** Deliveries under way at once: mail servers dislike more from one client. */
const AT_ONCE = 2
/** One connection listens, the others fetch and finish work; none of them touches what is ours. */
const CONNECTIONS = AT_ONCE + 1
/** Work is looked for this often; the database's hint that there is some is a bonus. */
const LOOK_MS = 2_000
const RESTART_MS = 5_000
/** Each start brings new ones; what the old ones held was finished or failed with them. */
const MOST_HANDS = 4 * AT_ONCE

/** `hands`: under these names the queue locks what this process works on. `ready` rejects when the queue cannot be reached at the start. */
export type Deliveries = { ready: Promise<void>; hands(): readonly string[]; stop(): Promise<void> }

/**
 * Does what waits in the queue (platform/outbox.ts) until `stop`, which waits for what is under way. What fails is repeated after
 * 3 s, 7 s, 20 s … 2 h, ten times in all. A queue that lost its database is started again.
 */
export function startDeliveries(connection: Connection): Deliveries {
  const mail = mailWay()
  const hands: string[] = []
  const events: WorkerEvents = new EventEmitter()
  events.on('worker:create', ({ worker }) => {
    hands.push(worker.workerId)
    hands.splice(0, hands.length - MOST_HANDS)
  })
  const start = () => run({ ...optionsFor(connection), events, taskList: tasksWith(mail.send) })
  let runner: Runner | undefined
  let stopped = false
  const ready = start().then((first) => {
    runner = first
  })
  const keepRunning = async () => {
    await ready
    while (!stopped) {
      await runner?.promise.catch((error: unknown) => log('error', 'deliveries ended', { operation: 'deliveries', error }))
      if (stopped) return
      await Bun.sleep(RESTART_MS)
      runner = await start().catch((error: unknown) => void log('warn', 'deliveries not started', { operation: 'deliveries', error }))
    }
  }
  const running = keepRunning().catch(() => {})
  return {
    ready,
    hands: () => hands,
    stop: async () => {
      stopped = true
      await ready.catch(() => {})
      await runner?.stop().catch(() => {})
      await Promise.race([running, Bun.sleep(RESTART_MS)])
      mail.close()
    },
  }
}

/** A mail server where there is one; else a developer's machine shows its mails on a page, and production says that it sends none. */
function mailWay(): { send: Send | undefined; close(): void } {
  const { SMTP_URL, production } = config()
  if (SMTP_URL) return smtpSender(SMTP_URL)
  if (production) log('warn', 'no SMTP_URL: messages are shown but not mailed', { operation: 'deliveries' })
  return { send: production ? undefined : simulateMail, close: () => {} }
}

const MailPayload = v.strictObject({ message_id: bareUuid, operator_id: bareUuid })

const ReportMailPayload = v.strictObject({ report_id: bareUuid, address: v.string() })

const OfficeMailPayload = v.strictObject({
  case_id: bareUuid,
  person_id: bareUuid,
  about: v.picklist(['task', 'reminder', 'copy', 'approved', 'rejected', 'returned', 'paid']),
})

const PayoutPayload = v.strictObject({ payout_id: bareUuid })

const CheckPayload = v.strictObject({ check_id: bareUuid })

const AlertDeliveryPayload = v.strictObject({ delivery_id: bareUuid })

const tasksWith = (send: Send | undefined): TaskList => ({
  [CHECK_TASK]: async (payload) => {
    const outcome = await carryOutCheck(v.parse(CheckPayload, payload).check_id)
    if (outcome) await tellChain(outcome)
  },
  mail: async (payload, { job }) => {
    const { message_id: messageId, operator_id: operatorId } = v.parse(MailPayload, payload)
    await deliverMail({ messageId, operatorId }, send, { at: now(), isLast: job.attempts >= job.max_attempts })
  },
  [REPORT_MAIL_TASK]: async (payload, { job }) => {
    const { report_id: reportId, address } = v.parse(ReportMailPayload, payload)
    await deliverReport({ reportId, address }, send, { at: now(), isLast: job.attempts >= job.max_attempts })
  },
  [OFFICE_MAIL_TASK]: async (payload) => {
    const { case_id: caseId, person_id: personId, about } = v.parse(OfficeMailPayload, payload)
    await deliverOfficeMail({ caseId, personId, about }, send)
  },
  [ALERT_TASK]: async (payload) => {
    await tellOfAlert(v.parse(AlertPayload, payload), now())
  },
  [ALERT_DELIVERY_TASK]: async (payload, { job }) => {
    const { delivery_id: id } = v.parse(AlertDeliveryPayload, payload)
    await deliverAlert(id, waysOf(send), { at: now(), isLast: job.attempts >= job.max_attempts })
  },
  [SEND_TASK]: async (payload) => {
    await advancePayout(v.parse(PayoutPayload, payload).payout_id, now())
  },
})

const optionsFor = (connection: Connection) => {
  const url = connectionUrl(connection)
  return {
    connectionString: `${url}${url.includes('?') ? '&' : '?'}application_name=mr-deliveries`,
    concurrency: AT_ONCE,
    maxPoolSize: CONNECTIONS,
    pollInterval: LOOK_MS,
    noHandleSignals: true,
    logger: new Logger((scope) => (level, message) => {
      if (level === 'warning' || level === 'error') log('warn', message, { operation: 'deliveries', task: scope.taskIdentifier })
    }),
  }
}
