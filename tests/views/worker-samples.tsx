import { DeliveriesPage, type DeliveryView, DropDeliveryPage, ReplayAllPage, ReplayDeliveryPage } from '#views/admin/deliveries'
import type { MasterKeysProps } from '#views/admin/master-keys'
import type { WorkerView } from '#views/admin/workers'
import { ago, id, type Sample } from './sample-parts'
import { type Say, staff } from './sample-props'

/** A process that beats and one that is silent. */
export const someWorkers = (say: Say): WorkerView[] =>
  [false, true].map((isSilent, at) => ({
    id: id(at),
    host: say('arcade-1'),
    pid: 2_231 + at,
    version: say('0.1.0'),
    startedAt: ago(90_000),
    beatAt: ago(isSilent ? 400 : 1),
    isSilent,
  }))

const aKey = (version: number) => ({
  version,
  isConfigured: version > 1,
  firstUsedAt: ago(8_000_000),
  apiKeys: 0,
  totpSecrets: 0,
  files: 0,
})
/** One in use that is old, one that may go, one that is needed and one that is missed. */
export const someMasterKeys = (): MasterKeysProps => ({
  keys: [{ ...aKey(4), apiKeys: 1_024, totpSecrets: 12 }, { ...aKey(3), files: 2 }, aKey(2), { ...aKey(1), firstUsedAt: null, apiKeys: 3 }],
  advice: { rotate: 92, remove: [2], missing: [1] },
})
export const noMasterKeys: MasterKeysProps = { keys: [], advice: { rotate: null, remove: [], missing: [] } }

const aDelivery = (say: Say, at: number): DeliveryView => ({
  id: BigInt(900 - at),
  task: ['mail', 'report_mail', 'refund_send', say('of_tomorrow')][at % 4]!,
  payload: [{ message_id: id(1), operator_id: id(2) }, { report_id: id(3), address: say('finance@example.com') }, { payout_id: id(4) }, {}][
    at % 4
  ]!,
  attempts: at === 3 ? 1 : 10,
  maxAttempts: 10,
  lastError: at === 3 ? null : say('connect ECONNREFUSED 127.0.0.1:25'),
  createdAt: ago(90_000),
  triedAt: ago(at * 600),
  nextAt: ago(-600),
  isUnderWay: at === 2,
  about: at === 0 ? say('余额不足提醒') : null,
  recipient: at === 0 ? say('杭州幻境数字娱乐') : null,
})

/** The queue of deliveries in its states. */
export function workerSamples(say: Say): Sample[] {
  const viewer = { ...staff(say, 'admin', 'super_admin'), permissions: ['job:run'] }
  const at = (name: string, path: string, page: Sample['page']): Sample => ({ name, path, viewer, page })
  const deliveries = Array.from({ length: 4 }, (_, n) => aDelivery(say, n))
  const counts = { waiting: 12, failing: 3, dead: 4, oldestAt: ago(600) }
  const none = { waiting: 0, failing: 0, dead: 0, oldestAt: null }
  const bad = { values: { reason: say('短') }, errors: { reason: say('须为10至200个字符') } }
  return [
    at('deliveries', '/admin/deliveries', <DeliveriesPage counts={counts} deliveries={deliveries} state="dead" older="896" mayAct />),
    at(
      'deliveries-failing',
      '/admin/deliveries?state=failing',
      <DeliveriesPage counts={counts} deliveries={deliveries} state="failing" older={null} mayAct={false} />,
    ),
    at('deliveries-empty', '/admin/deliveries', <DeliveriesPage counts={none} deliveries={[]} state="dead" older={null} mayAct />),
    at('delivery-replay-all', '/admin/deliveries/replay', <ReplayAllPage dead={4} />),
    at('delivery-replay', '/admin/deliveries/900/replay', <ReplayDeliveryPage delivery={deliveries[0]!} />),
    at('delivery-drop', '/admin/deliveries/899/drop', <DropDeliveryPage delivery={deliveries[1]!} {...bad} />),
  ]
}
