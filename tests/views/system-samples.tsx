import type { DayRange } from '#src/core/day-range'
import { AnomaliesPage, type LockedView } from '#views/admin/anomalies'
import { AnomalyPage } from '#views/admin/anomaly'
import { KeysPage } from '#views/admin/api-keys'
import { type JobRunView, JobsPage, RunJobPage, type ScheduledJobView } from '#views/admin/jobs'
import { SettingPage } from '#views/admin/setting'
import { SettingsPage } from '#views/admin/settings'
import type { SettingView } from '#views/admin/settings-words'
import { AuditChecksPage, type AuditCheckView } from '#views/staff/audit-checks'
import { AuditLogPage } from '#views/staff/audit-log'
import { AuditLogsPage, type AuditRowView } from '#views/staff/audit-logs'
import { ago, id, type Sample, slice } from './sample-parts'
import { NOW, type Say, staff } from './sample-props'
import { noMasterKeys, someMasterKeys, someWorkers } from './worker-samples'

const ALL: DayRange = { chosen: 'all', first: null, last: null, stretch: null }

const aRow = (say: Say, at: number): AuditRowView => ({
  id: id(at),
  seq: BigInt(4_812 - at),
  actorKind: (['staff', 'operator', 'system'] as const)[at % 3]!,
  actorId: at % 3 === 2 ? null : id(90),
  actorName: say('李薇'),
  actorRole: at % 2 === 0 ? 'super_admin' : say('operator'),
  operation: at % 4 === 3 ? say('unheard_of') : 'config_update',
  targetKind: at % 5 === 4 ? null : at % 2 === 0 ? 'config' : say('unheard_of'),
  targetId: at % 5 === 4 ? null : say('refund_dual_review_limit'),
  details: { before: say('5000.00'), after: say('8000.00'), reason: say('旺季退款多，经理已同意') },
  ip: at % 3 === 2 ? null : say('203.0.113.7'),
  createdAt: ago(at * 600),
})

const anEntry = (say: Say) => ({
  ...aRow(say, 0),
  details: {
    before: { name: say('星空乐园'), addresses: [say('203.0.113.0/24')], phone: '' },
    after: { name: say('星空探索乐园'), addresses: [] },
    reason: say('客户更名'),
    plan: [{ channel: say('wechat'), amount: '10.00' }],
  },
  userAgent: say('Mozilla/5.0'),
  requestId: id(7),
  hash: 'ab'.repeat(32),
  prevHash: 'cd'.repeat(32),
})

const aCheck = (say: Say, status: AuditCheckView['status'], at = 1): AuditCheckView => ({
  id: id(at),
  status,
  requestedByName: at % 2 === 0 ? null : say('李薇'),
  startedAt: ago(at * 900),
  finishedAt: status === 'running' ? null : ago(at * 900 - 4),
  rowsTotal: 4_812,
  rowsDone: status === 'running' ? 2_000 : 4_812,
  brokenAt: status === 'broken' ? 17n : null,
  fault: status === 'broken' ? (['changed', 'missing', 'tail'] as const)[at % 3]! : null,
  headSeq: status === 'intact' ? 4_812n : null,
  headHash: status === 'intact' ? 'ef'.repeat(32) : null,
})

function someSettings(say: Say): SettingView[] {
  const base = { min: null, max: null, options: null, editable: true, updatedAt: ago(600), updatedByName: null }
  return [
    { ...base, key: 'rate_limit_per_minute', type: 'integer', value: '10', fallback: '10', min: '1', max: '1000000' },
    {
      ...base,
      key: 'refund_dual_review_limit',
      type: 'money',
      value: '8000.00',
      fallback: '5000.00',
      min: '0.00',
      max: '1000000.00',
      updatedByName: say('李薇'),
    },
    { ...base, key: 'docs_enabled', type: 'boolean', value: 'false', fallback: 'true' },
    { ...base, key: 'invoice_basis', type: 'text', value: 'recharge', fallback: 'recharge', options: ['recharge', 'consumption'] },
    {
      ...base,
      key: 'invoice_seller_name',
      type: 'text',
      value: say('上海幻境科技有限公司'),
      fallback: '',
      max: '128',
      updatedByName: say('李薇'),
    },
    { ...base, key: 'of_tomorrow', type: 'text', value: '', fallback: '', max: '10', editable: false },
  ]
}

const aRun = (say: Say, at: number): JobRunView => ({
  job: say('ledger-audit'),
  state: (['requested', 'running', 'succeeded', 'failed', 'timed_out'] as const)[at % 5]!,
  scheduledFor: ago(at * 60),
  startedAt: ago(at * 60),
  finishedAt: at % 5 < 2 ? null : ago(at * 60 - 2),
  result: at % 5 === 2 ? { rows: 4_812 } : null,
  error: at % 5 === 3 ? say('the ledger proof has 1 findings') : null,
  requestedByName: at % 2 === 0 ? say('李薇') : null,
  attempts: at === 1 ? 2 : 1,
  progress: at % 5 === 1 ? { done: 42_000, total: 100_000 } : null,
})

const aJob = (say: Say, at: number): ScheduledJobView => ({
  name: at === 0 ? 'ledger-audit' : `job-${at}`,
  cron: say('0 0 4 * * *'),
  timeoutSeconds: 3_600,
  nextAt: at === 2 ? null : ago(-3_600),
  last: at === 3 ? null : aRun(say, at),
  lastSuccessAt: at === 3 ? null : ago(7_200),
  overdueSince: at === 3 ? ago(9_000) : null,
})

const aLock = (say: Say, at: number): LockedView => ({
  id: id(at + 20),
  username: say('hangzhou_mr'),
  name: say('杭州幻境数字娱乐'),
  lockedAt: ago(at * 900),
  lockedReason: say('同一 IP 短时间内失败调用 24 次，系统自动锁定'),
  cause: at === 0 ? 'failures' : at === 1 ? 'keys' : null,
  ip: at < 2 ? say('203.0.113.45') : null,
  seen: at < 2 ? 24 : null,
  lockedByName: at === 2 ? say('王敏') : null,
})

const evidence = (say: Say) => ({
  from: ago(900),
  to: NOW,
  codes: [
    { code: say('INVALID_SIGNATURE'), count: 21 },
    { code: say('TIMESTAMP_EXPIRED'), count: 3 },
  ],
  addresses: [{ ip: say('203.0.113.45'), calls: 26, refused: 24, keys: 2, operators: 1, firstAt: ago(800), lastAt: ago(20) }],
  keys: [
    { digest: say('8ddb986e358a'), operatorName: say('杭州幻境数字娱乐'), calls: 25, refused: 23 },
    { digest: say('19ab45de11f0'), operatorName: null, calls: 1, refused: 1 },
  ],
})

/** Settings, audit log, alerts, jobs, keys and anomalies in their states. */
export function systemSamples(say: Say): Sample[] {
  const viewer = { ...staff(say, 'admin', 'super_admin'), permissions: ['audit:view', 'job:run', 'config:manage', 'operator:lock'] }
  const finance = { ...staff(say, 'finance', 'manager'), permissions: ['audit:view'] }
  const rows = Array.from({ length: 6 }, (_, at) => aRow(say, at))
  const people = [{ id: id(90), name: say('李薇'), username: say('li.wei') }]
  const nothing = { who: '', operation: '', about: '' }
  const asked = { who: id(90), operation: 'config_update', about: say('refund_dual_review_limit') }
  const settings = someSettings(say)
  const jobs = Array.from({ length: 4 }, (_, at) => aJob(say, at))
  const keys = Array.from({ length: 3 }, (_, at) => ({
    operatorId: id(at + 20),
    username: say('hangzhou_mr'),
    name: say('杭州幻境数字娱乐'),
    isLocked: at === 0,
    generatedAt: ago(at * 10_000_000),
    previousUntil: at === 1 ? ago(-600) : null,
    fenced: at === 1,
    lastCallAt: at === 2 ? null : ago(600),
    lastIp: at === 2 ? null : say('203.0.113.7'),
    calls: 1_204,
    refused: at * 3,
  }))
  const totals = { keys: 1_284, old: 31, failing: 2, refused: 54 }
  const untyped = { values: { reason: '' }, errors: {}, message: null }
  const refusedForm = { values: { reason: say('短') }, errors: { reason: say('至少10个字符') }, message: say('该申请已处理，无法重复操作') }
  const at = (name: string, path: string, page: Sample['page']): Sample => ({ name, path, viewer, page })
  const history = [{ id: id(1), at: ago(60), by: say('李薇'), before: '5000.00', after: '8000.00', reason: say('旺季退款多') }]
  return [
    at(
      'audit-logs',
      '/admin/audit-logs',
      <AuditLogsPage rows={slice(rows, null, id(5))} scope="all" people={people} filter={nothing} range={ALL} />,
    ),
    at(
      'audit-logs-asked',
      `/admin/audit-logs?who=${id(90)}`,
      <AuditLogsPage rows={slice([])} scope="all" people={people} filter={asked} range={ALL} />,
    ),
    {
      ...at(
        'audit-logs-own',
        '/finance/audit-logs',
        <AuditLogsPage rows={slice([])} scope="own" people={[]} filter={nothing} range={ALL} />,
      ),
      viewer: finance,
    },
    at('audit-log', '/admin/audit-logs/1', <AuditLogPage entry={anEntry(say)} seesOthers />),
    at(
      'audit-log-plain',
      '/admin/audit-logs/1',
      <AuditLogPage
        entry={{ ...anEntry(say), details: {}, targetKind: null, targetId: null, ip: null, userAgent: null, requestId: null }}
        seesOthers={false}
      />,
    ),
    at(
      'audit-checks',
      '/admin/audit-checks',
      <AuditChecksPage checks={(['intact', 'broken', 'failed'] as const).map((one, n) => aCheck(say, one, n + 1))} message={null} />,
    ),
    at('audit-checks-running', '/admin/audit-checks', <AuditChecksPage checks={[aCheck(say, 'running')]} message={say('校验正在进行')} />),
    {
      ...at('audit-checks-broken', '/finance/audit-checks', <AuditChecksPage checks={[aCheck(say, 'broken')]} message={null} />),
      viewer: finance,
    },
    at('audit-checks-empty', '/admin/audit-checks', <AuditChecksPage checks={[]} message={null} />),
    at('settings', '/admin/settings', <SettingsPage settings={settings} />),
    ...settings.map((setting, n) =>
      at(
        `setting-${setting.key}`,
        `/admin/settings/${setting.key}`,
        <SettingPage
          setting={setting}
          history={n === 1 ? history : []}
          values={{ value: setting.value, reason: '' }}
          errors={n === 0 ? { value: say('须为1至1000000之间的整数') } : {}}
          message={n === 2 ? say('数值超出范围，没有改动') : null}
        />,
      ),
    ),
    at(
      'jobs',
      '/admin/jobs',
      <JobsPage
        jobs={jobs}
        workers={someWorkers(say)}
        masterKeys={someMasterKeys()}
        runs={Array.from({ length: 5 }, (_, n) => aRun(say, n))}
        older={`1772691641000~${'job'}`}
        filter={{ job: say('ledger-audit'), failed: true }}
        mayRun
      />,
    ),
    at(
      'jobs-empty',
      '/admin/jobs',
      <JobsPage
        jobs={[]}
        runs={[]}
        workers={[]}
        masterKeys={noMasterKeys}
        older={null}
        filter={{ job: '', failed: false }}
        mayRun={false}
      />,
    ),
    at('job-run', '/admin/jobs/ledger-audit/run', <RunJobPage job={aJob(say, 0)} message={say('该任务正在运行')} />),
    at(
      'keys',
      '/admin/api-keys',
      <KeysPage now={NOW} keys={slice(keys)} totals={totals} oldDays={180} filter={{ keyword: say('幻境'), state: 'old' }} />,
    ),
    at(
      'keys-empty',
      '/admin/api-keys',
      <KeysPage now={NOW} keys={slice([])} totals={{ ...totals, failing: 0 }} oldDays={180} filter={{ keyword: '', state: '' }} />,
    ),
    at(
      'anomalies',
      '/admin/anomalies',
      <AnomaliesPage
        locked={Array.from({ length: 4 }, (_, n) => aLock(say, n))}
        addresses={[{ ip: say('203.0.113.45'), refused: 24, keys: 2, operators: 1, topCode: say('INVALID_SIGNATURE'), lastAt: ago(20) }]}
        message={say('账户状态不允许此操作')}
      />,
    ),
    at('anomalies-empty', '/admin/anomalies', <AnomaliesPage locked={[]} addresses={[]} message={null} />),
    at(
      'anomaly',
      `/admin/anomalies/op_${id(20)}`,
      <AnomalyPage account={aLock(say, 0)} evidence={evidence(say)} mayUnlock {...refusedForm} />,
    ),
    at(
      'anomaly-plain',
      `/admin/anomalies/op_${id(22)}`,
      <AnomalyPage
        account={aLock(say, 2)}
        evidence={{ ...evidence(say), codes: [], addresses: [], keys: [] }}
        mayUnlock={false}
        {...untyped}
      />,
    ),
  ]
}
