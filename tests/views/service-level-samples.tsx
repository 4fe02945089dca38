import { ServiceLevelPage, type ServiceLevelProps } from '#views/admin/service-level'
import { ServiceLevelDayPage, type ServiceLevelDayProps } from '#views/admin/service-level-day'
import type { LevelView } from '#views/admin/service-level-parts'
import { ago, id, type Sample } from './sample-parts'
import { type Say, staff } from './sample-props'

const targets = { success: 0.999, p95Ms: 100 }
const aLevel = (calls: number, faults = 0): LevelView => ({
  accepted: calls - faults - 3,
  refused: 3,
  faults,
  uncounted: 12,
  calls,
  success: (calls - faults) / calls,
  p50: 4.2,
  p95: faults > 0 ? 5_000 : 38,
  p99: 5_000,
})
const none: LevelView = { accepted: 0, refused: 0, faults: 0, uncounted: 0, calls: 0, success: null, p50: null, p95: null, p99: null }

const burns = (isBad: boolean): ServiceLevelProps['burns'] =>
  (['1h', '6h', '3d'] as const).map((name, at) => ({
    ...(isBad ? aLevel(1_234, 40) : none),
    name,
    errors: isBad ? 32.4 : 0,
    slow: isBad ? 9.1 : 0,
    limits: { errors: [14.4, 6, 1][at]!, slow: [8, 4, 1][at]! },
    isBurning: isBad && at === 0,
    isSlow: isBad && at === 1,
  }))

const days = Array.from({ length: 28 }, (_, at) => ({
  day: `2026-02-${String(28 - at).padStart(2, '0')}`,
  ...(at % 9 === 4 ? none : aLevel(1_200 + at * 40, at === 2 ? 31 : 0)),
}))

const aDay = (say: Say): ServiceLevelDayProps => ({
  day: '2026-03-05',
  hour: null,
  code: null,
  targets,
  level: aLevel(4_812, 7),
  hours: Array.from({ length: 14 }, (_, at) => ({ hour: at + 9, ...aLevel(300 + at, at === 5 ? 7 : 0) })),
  outcomes: [
    { outcome: 'accepted', fate: 'accepted', calls: 4_700, p95: 38 },
    { outcome: 'replayed', fate: 'accepted', calls: 60, p95: 12 },
    { outcome: 'INSUFFICIENT_BALANCE', fate: 'refused', calls: 45, p95: 30 },
    { outcome: 'SERVICE_UNAVAILABLE', fate: 'fault', calls: 7, p95: 5_000 },
    { outcome: 'INVALID_SIGNATURE', fate: 'uncounted', calls: 12, p95: 0.8 },
  ],
  refusals: Array.from({ length: 4 }, (_, at) => ({
    at: ago(at * 70),
    requestId: id(at),
    code: at === 0 ? say('INSUFFICIENT_BALANCE') : 'INVALID_API_KEY',
    operatorId: at === 0 ? id(90) : null,
    operatorName: at === 0 ? say('杭州幻境数字娱乐') : null,
    ip: say('203.0.113.7'),
    durationUs: 4_812,
  })),
  showsOperators: true,
})

/** The service level of game starts: well, burning, empty; a day, an hour, and a day without calls. */
export function serviceLevelSamples(say: Say): Sample[] {
  const at = (name: string, path: string, page: Sample['page']): Sample => ({
    name,
    path,
    viewer: staff(say, 'admin', 'super_admin'),
    page,
  })
  const path = '/admin/service-level'
  const day = aDay(say)
  return [
    at(
      'service-level',
      path,
      <ServiceLevelPage targets={targets} level={aLevel(34_000, 12)} budgetLeft={0.647} burns={burns(false)} days={days} />,
    ),
    at(
      'service-level-burning',
      path,
      <ServiceLevelPage targets={targets} level={aLevel(34_000, 71)} budgetLeft={-1.1} burns={burns(true)} days={days} />,
    ),
    at('service-level-empty', path, <ServiceLevelPage targets={targets} level={none} budgetLeft={1} burns={burns(false)} days={[]} />),
    at('service-level-day', `${path}?day=2026-03-05`, <ServiceLevelDayPage {...day} />),
    at(
      'service-level-hour',
      `${path}?day=2026-03-05&hour=14&outcome=INSUFFICIENT_BALANCE`,
      <ServiceLevelDayPage {...day} hour={14} code="INSUFFICIENT_BALANCE" showsOperators={false} />,
    ),
    at(
      'service-level-day-empty',
      `${path}?day=2020-01-01`,
      <ServiceLevelDayPage {...day} level={none} hours={[]} outcomes={[]} refusals={[]} />,
    ),
  ]
}
