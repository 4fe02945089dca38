import type { VNode } from 'preact'
import { money } from '#src/core/money'
import { AccessBulkPage } from '#views/admin/access-bulk'
import { AccessCasePage } from '#views/admin/access-case'
import { AccessQueuePage } from '#views/admin/access-queue'
import { ApplicationPage, ApplicationStatePage, CancelPricePage } from '#views/admin/application'
import { ApplicationFormPage } from '#views/admin/application-form'
import { PriceConfirmPage, PriceFormPage } from '#views/admin/application-price'
import { ApplicationsPage } from '#views/admin/applications'
import { OutcomesPage } from '#views/admin/outcomes'
import { ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, type Say, staff } from './sample-props'

const TIERS = ['trial', 'normal', 'vip'] as const

const game = (say: Say, n: number, name = '星际防线') => ({
  id: id(n),
  name: say(name),
  appName: say(name),
  description: n % 2 ? say('四人合作的塔防冒险，一局约二十分钟') : null,
  unitPrice: money(1_000 + n * 250),
  minPlayers: 2,
  maxPlayers: 8,
  isActive: n !== 3,
  createdAt: ago(n * 20 * DAY),
  updatedAt: ago(n * DAY),
  operators: n * 12,
  nextPrice: n === 2 ? money(1_800) : null,
  nextPriceAt: n === 2 ? ago(-3 * DAY) : null,
})

const waitingPrice = (say: Say) => ({
  id: id(70),
  oldPrice: money(1_250),
  newPrice: money(1_500),
  reason: say('旺季前调价'),
  effectiveAt: ago(-3 * DAY),
  scheduledAt: ago(DAY),
  byName: say('李薇'),
})

const affected = (say: Say) =>
  TIERS.map((category, n) => ({
    grantId: id(20 + n),
    operatorId: id(10 + n),
    name: n === 1 ? say(LONG) : say('杭州幻境数字娱乐'),
    username: say(`hangzhou_mr${n}`),
    category,
    expiresAt: n === 0 ? null : ago(-n * 9 * DAY),
    games: 377 * n,
    spent: money(535_000 * n),
  }))

const accessRow = (say: Say, n: number) => ({
  id: id(30 + n),
  operatorName: n === 2 ? say(LONG) : say('杭州幻境数字娱乐'),
  operatorCategory: TIERS[n % 3]!,
  applicationId: id(1),
  appName: say('星际防线'),
  reason: say('新店开业，需要一款四人合作的游戏'),
  status: (['pending', 'approved', 'rejected'] as const)[n % 3]!,
  rejectReason: n % 3 === 2 ? say('试用期内暂不开放，转为正式客户后可再申请') : null,
  reviewNote: n % 3 === 1 ? say('先开通三个月') : null,
  reviewerName: n % 3 === 0 ? null : say('周敏'),
  reviewedAt: n % 3 === 0 ? null : ago(n * 3_600),
  createdAt: ago(n * DAY),
})

function gamePages(say: Say): [string, string, VNode][] {
  const [one, two, off] = [game(say, 1), game(say, 2, '深海迷踪'), game(say, 3, LONG)]
  const may = { manage: true, price: true, viewGrants: true }
  const history = (['applied', 'cancelled', 'unchanged'] as const).map((state, n) => ({
    id: id(60 + n),
    state,
    at: ago((n + 1) * 9 * DAY),
    oldPrice: money(1_000),
    newPrice: money(1_200 + n),
    reason: n === 1 ? null : say('新增两个章节'),
    byName: say('李薇'),
    scheduledAt: n === 0 ? null : ago((n + 2) * 9 * DAY),
  }))
  const values = { app_name: say('深'), unit_price: say('10'), min_players: say('4'), max_players: say('2'), description: say('说明样例') }
  const blank = { app_name: '', unit_price: '', min_players: '1', max_players: '8', description: '' }
  const wrong = { app_name: say('至少 2 个字符'), max_players: say('不能小于最少玩家数') }
  const all = { state: 'all', keyword: '' } as const
  const price = { unit_price: say('12.5'), when: 'later' as const, effective_at: say('2026-03-08T09:00'), reason: say('旺季') }
  const path = `/admin/applications/app_${id(1)}`
  const people = slice(affected(say), null, id(22))
  const shown = { application: one, affected: people, viewGrants: true }
  return [
    [
      'games',
      '/admin/applications',
      <ApplicationsPage applications={slice([one, two, off], null, id(3))} filter={all} total={120} mayManage />,
    ],
    ['games-empty', '/admin/applications', <ApplicationsPage applications={slice<typeof one>([])} filter={all} total={0} mayManage />],
    [
      'games-none',
      '/admin/applications?state=retired',
      <ApplicationsPage
        applications={slice<typeof one>([])}
        filter={{ state: 'retired', keyword: say('没有这一款') }}
        total={0}
        mayManage={false}
      />,
    ],
    [
      'game',
      path,
      <ApplicationPage application={one} waiting={waitingPrice(say)} history={history} affected={people} may={may} message={null} />,
    ],
    [
      'game-retired',
      path,
      <ApplicationPage
        application={off}
        waiting={undefined}
        history={[]}
        affected={slice<(typeof people)['rows'][number]>([])}
        may={may}
        message={say('该申请已处理')}
      />,
    ],
    ['game-new', '/admin/applications/new', <ApplicationFormPage application={null} values={blank} errors={{}} message={null} />],
    ['game-edit', `${path}/edit`, <ApplicationFormPage application={one} values={values} errors={wrong} message={say('名称已存在')} />],
    ['game-retire', `${path}/state`, <ApplicationStatePage application={one} message={null} />],
    ['game-restore', `${path}/state`, <ApplicationStatePage application={off} message={say('该申请已处理')} />],
    [
      'game-price',
      `${path}/price`,
      <PriceFormPage
        {...shown}
        waiting={waitingPrice(say)}
        values={price}
        errors={{ effective_at: say('须晚于当前时间') }}
        message={say('已有定时调价')}
      />,
    ],
    [
      'game-price-confirm',
      `${path}/price/confirmation`,
      <PriceConfirmPage
        {...shown}
        newPrice={money(1_500)}
        effectiveAt={ago(-3 * DAY)}
        reason={say('旺季')}
        fields={{ unit_price: say('15.00') }}
      />,
    ],
    [
      'game-price-cancel',
      `${path}/schedules/${id(70)}/cancellation`,
      <CancelPricePage application={one} waiting={waitingPrice(say)} message={null} />,
    ],
  ]
}

function requestPages(say: Say): [string, string, VNode][] {
  const rows = [0, 1, 2].map((n) => accessRow(say, n))
  const games = [{ id: id(1), name: say('星际防线') }]
  const usual = { status: 'pending' as const, keyword: '', applicationId: undefined }
  const queue = { games, waiting: 3, oldestAt: ago(4 * DAY), total: 3, mayReview: true, nothingChosen: false }
  const operator = {
    id: id(10),
    name: say(LONG),
    username: say('hangzhou_mr'),
    category: 'normal' as const,
    balance: money(426_100),
    totalConsumed: money(23_998_900),
    isLocked: true,
    deactivatedAt: ago(DAY),
    createdAt: ago(200 * DAY),
    lastTransactionAt: ago(600),
    sites: 4,
    games: 6,
  }
  const application = { ...game(say, 3), appName: say('星际防线') }
  const values = { term: 'until' as const, expires_at: say('2026-12-31'), note: say('先开通一年'), reason: say('太短') }
  const open = {
    request: rows[0]!,
    operator,
    application,
    held: { id: id(20), expiresAt: ago(-5 * DAY) },
    earlier: rows.slice(1),
    mayReview: true,
    values,
    message: null,
  }
  const path = `/admin/app-requests/req_${id(30)}`
  const outcomes = [
    { id: id(30), name: say('杭州幻境数字娱乐'), detail: say('星际防线'), problem: null },
    { id: id(31), name: say(LONG), detail: say('星际防线'), problem: say('该申请已处理，无法重复操作') },
  ]
  return [
    ['access', '/admin/app-requests', <AccessQueuePage {...queue} requests={slice(rows, null, id(32))} filter={usual} />],
    [
      'access-empty',
      '/admin/app-requests',
      <AccessQueuePage
        {...queue}
        requests={slice<(typeof rows)[number]>([])}
        filter={usual}
        waiting={0}
        oldestAt={null}
        total={0}
        nothingChosen
      />,
    ],
    [
      'access-filtered',
      '/admin/app-requests?status=all',
      <AccessQueuePage
        {...queue}
        requests={slice(rows.slice(1))}
        filter={{ status: 'all', keyword: say('乐园'), applicationId: id(1) }}
        mayReview={false}
      />,
    ],
    [
      'access-case',
      path,
      <AccessCasePage {...open} errors={{ expires_at: say('须为日期'), reason: say('至少 10 个字符') }} message={say('该申请已处理')} />,
    ],
    ['access-case-done', path, <AccessCasePage {...open} request={rows[2]!} held={undefined} earlier={[]} errors={{}} mayReview={false} />],
    [
      'access-bulk',
      '/admin/app-requests/bulk',
      <AccessBulkPage decision="approve" requests={rows} values={values} errors={{ note: say('最多 200 个字符') }} />,
    ],
    [
      'access-bulk-reject',
      '/admin/app-requests/bulk',
      <AccessBulkPage decision="reject" requests={rows} values={values} errors={{ reason: say('至少 10 个字符') }} />,
    ],
    ['access-outcomes', '/admin/app-requests/bulk', <OutcomesPage of="requests" outcomes={outcomes} />],
  ]
}

/** The administrators' pages of games and of requests for them, in their states. */
export function gameSamples(say: Say): Sample[] {
  const viewer = { ...staff(say, 'admin', 'admin'), permissions: ['application:view', 'authorization:view', 'announcement:publish'] }
  return [...gamePages(say), ...requestPages(say)].map(([name, path, page]) => ({ name, path, viewer, page }))
}
