import type { VNode } from 'preact'
import { money } from '#src/core/money'
import { AnnouncementPage, WithdrawalPage } from '#views/admin/announcement'
import { AnnouncementFormPage, PreviewPage } from '#views/admin/announcement-form'
import { AnnouncementsPage } from '#views/admin/announcements'
import { GrantPage, RenewalPage, RevocationPage } from '#views/admin/grant'
import { GrantFormPage } from '#views/admin/grant-form'
import { GrantMatrixPage } from '#views/admin/grant-matrix'
import { GrantsPage } from '#views/admin/grants'
import { ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, type Say, staff } from './sample-props'

const TIERS = ['trial', 'normal', 'vip'] as const

const grant = (say: Say, n: number) => ({
  id: id(20 + n),
  operatorId: id(10 + n),
  operatorName: n === 1 ? say(LONG) : say('杭州幻境数字娱乐'),
  operatorUsername: say('hangzhou_mr'),
  operatorClosedAt: null,
  applicationId: id(1),
  appName: say('星际防线'),
  appIsActive: n !== 2,
  requestId: n === 0 ? id(30) : null,
  authorizedAt: ago(n * 40 * DAY),
  authorizedByName: say('周敏'),
  expiresAt: n === 0 ? null : ago((n - 2) * 5 * DAY),
  note: n === 1 ? say('首年合作') : null,
  revokedAt: n === 3 ? ago(DAY) : null,
  revokedByName: n === 3 ? say('李薇') : null,
  revokeReason: n === 3 ? say('合同到期未续签，暂停使用') : null,
  state: (['active', 'ending', 'expired', 'revoked'] as const)[n]!,
})

function grantPages(say: Say): [string, string, VNode][] {
  const rows = [0, 1, 2, 3].map((n) => grant(say, n))
  const games = [1, 2, 3].map((n) => ({ id: id(n), name: n === 2 ? say(LONG) : say('星际防线'), isActive: n !== 3 }))
  const counts = { active: 320, ending: 4, expired: 12 }
  const any = { state: 'all' as const, keyword: '', applicationId: undefined }
  const cell = (n: number) => ({
    grantId: id(20 + n),
    state: (['active', 'ending', 'expired'] as const)[n]!,
    expiresAt: n === 0 ? null : ago(-n * DAY),
  })
  const matrix = TIERS.map((category, n) => ({
    id: id(10 + n),
    name: n === 1 ? say(LONG) : say('杭州幻境数字娱乐'),
    username: say('hangzhou_mr'),
    category,
    cells: new Map([0, 1, 2].slice(0, n + 1).map((at) => [id(at + 1), cell(at)])),
  }))
  const people = TIERS.map((category, n) => ({
    id: id(10 + n),
    name: say('杭州幻境数字娱乐'),
    username: say('hangzhou_mr'),
    category,
    createdAt: ago(n * 30 * DAY),
    totalConsumed: money(n * 1_234_500),
    endedAt: n === 2 ? ago(9 * DAY) : null,
  }))
  const values = { term: 'until' as const, expires_at: say('2026-12-31'), note: say('首年合作') }
  const errors = { expires_at: say('须晚于当前时间'), note: say('最多 200 个字符') }
  const choice = {
    games,
    filter: { applicationId: id(1), keyword: say('乐园'), category: 'vip' as const },
    chosen: new Set([id(10)]),
    values,
  }
  const path = `/admin/authorizations/auth_${id(20)}`
  const may = { grant: true, revoke: true }
  const none = slice<(typeof rows)[number]>([])
  return [
    [
      'grants',
      '/admin/authorizations',
      <GrantsPage grants={slice(rows, null, id(23))} filter={any} games={games} counts={counts} total={336} mayGrant />,
    ],
    [
      'grants-none',
      '/admin/authorizations?status=ending',
      <GrantsPage
        grants={none}
        filter={{ state: 'ending', keyword: say('乐园'), applicationId: id(2) }}
        games={games}
        counts={counts}
        total={0}
        mayGrant={false}
      />,
    ],
    ['grants-empty', '/admin/authorizations', <GrantsPage grants={none} filter={any} games={[]} counts={counts} total={0} mayGrant />],
    [
      'grant-matrix',
      '/admin/authorizations/matrix',
      <GrantMatrixPage
        columns={games}
        part={0}
        parts={3}
        operators={slice(matrix, null, id(12))}
        filter={{ keyword: say('乐园'), category: 'vip' }}
        mayGrant
      />,
    ],
    [
      'grant-matrix-empty',
      '/admin/authorizations/matrix?part=2',
      <GrantMatrixPage
        columns={games}
        part={2}
        parts={3}
        operators={slice<(typeof matrix)[number]>([])}
        filter={{ keyword: '', category: undefined }}
        mayGrant={false}
      />,
    ],
    ['grant', path, <GrantPage grant={rows[0]!} past={rows} may={may} message={say('该申请已处理，无法重复操作')} />],
    ['grant-revoked', path, <GrantPage grant={rows[3]!} past={[rows[3]!]} may={may} message={null} />],
    ['grant-renewal', `${path}/renewal`, <RenewalPage grant={rows[1]!} values={values} errors={errors} message={say('该申请已处理')} />],
    ['grant-again', `${path}/renewal`, <RenewalPage grant={rows[3]!} values={{ ...values, term: 'forever' }} errors={{}} message={null} />],
    ['grant-revocation', `${path}/revocation`, <RevocationPage grant={rows[2]!} reason={say('太短')} error={say('至少 10 个字符')} />],
    [
      'grant-form',
      '/admin/authorizations/new',
      <GrantFormPage {...choice} candidates={slice(people, null, id(12))} errors={errors} refusal="nothing" />,
    ],
    [
      'grant-form-first',
      '/admin/authorizations/new',
      <GrantFormPage
        {...choice}
        filter={{ applicationId: undefined, keyword: '', category: undefined }}
        candidates={undefined}
        errors={{}}
        refusal={null}
      />,
    ],
    [
      'grant-form-none',
      '/admin/authorizations/new',
      <GrantFormPage {...choice} candidates={slice<(typeof people)[number]>([])} errors={{}} refusal={null} />,
    ],
  ]
}

const announcement = (say: Say, n: number) => ({
  id: id(40 + n),
  title: n === 1 ? say(LONG) : say('系统维护通知'),
  content: say('平台将于本周四凌晨 2:00 至 4:00 升级。\n期间头显授权可能短暂重试。'),
  target: (['all', 'tier', 'specific'] as const)[n]!,
  targetCategory: n === 1 ? ('vip' as const) : null,
  status: (['published', 'scheduled', 'withdrawn'] as const)[n]!,
  recipients: n === 0 ? 1_204 : null,
  reads: n === 0 ? 871 : 0,
  chosen: n === 2 ? 3 : 0,
  authorName: say('周敏'),
  createdAt: ago((n + 1) * DAY),
  publishAt: n === 0 ? null : ago(-DAY),
  publishedAt: n === 0 ? ago(DAY) : null,
  withdrawnAt: n === 2 ? ago(600) : null,
  withdrawnByName: n === 2 ? say('李薇') : null,
})

function announcementPages(say: Say): [string, string, VNode][] {
  const rows = [0, 1, 2].map((n) => announcement(say, n))
  const operators = [1, 2].map((n) => ({
    id: id(10 + n),
    name: n === 1 ? say(LONG) : say('杭州幻境数字娱乐'),
    username: say('hangzhou_mr'),
  }))
  const receipts = TIERS.map((category, n) => ({
    operatorId: id(10 + n),
    name: say('杭州幻境数字娱乐'),
    username: say('hangzhou_mr'),
    category,
    readAt: n === 1 ? null : ago(n * 900),
  }))
  const values = {
    title: say('停'),
    content: say('短'),
    target: 'chosen' as const,
    category: 'trial',
    operators: say('hangzhou_mr'),
    when: 'later' as const,
    publish_at: say('2026-03-08T09:00'),
  }
  const errors = {
    title: say('至少 2 个字符'),
    content: say('至少 10 个字符'),
    operators: say('找不到这些运营商'),
    publish_at: say('须晚于当前时间'),
  }
  const many = Array.from({ length: 23 }, (_, n) => ({ ...operators[n % 2]!, id: id(100 + n) }))
  const draft = { title: say(LONG), content: say('第一段。\n\n第二段。'), publishAt: ago(-DAY), named: many }
  const path = `/admin/announcements/ann_${id(40)}`
  const usual = { read: 'all', keyword: '' } as const
  const any = { state: 'all', keyword: '' } as const
  const none = slice<(typeof rows)[number]>([])
  return [
    ['announcements', '/admin/announcements', <AnnouncementsPage announcements={slice(rows, null, id(42))} filter={any} />],
    ['announcements-empty', '/admin/announcements', <AnnouncementsPage announcements={none} filter={any} />],
    [
      'announcements-none',
      '/admin/announcements?state=withdrawn',
      <AnnouncementsPage announcements={none} filter={{ state: 'withdrawn', keyword: say('没有这一款') }} />,
    ],
    [
      'announcement',
      path,
      <AnnouncementPage
        announcement={rows[0]!}
        receipts={slice(receipts, null, id(12))}
        counts={{ all: 1_204, read: 871 }}
        chosen={[]}
        filter={usual}
        message={null}
      />,
    ],
    [
      'announcement-unread',
      `${path}?read=no`,
      <AnnouncementPage
        announcement={rows[0]!}
        receipts={slice<(typeof receipts)[number]>([])}
        counts={{ all: 0, read: 0 }}
        chosen={[]}
        filter={{ read: 'no', keyword: say('乐园') }}
        message={say('该申请已处理')}
      />,
    ],
    [
      'announcement-waiting',
      path,
      <AnnouncementPage announcement={rows[1]!} receipts={undefined} counts={undefined} chosen={[]} filter={usual} message={null} />,
    ],
    [
      'announcement-withdrawn',
      path,
      <AnnouncementPage announcement={rows[2]!} receipts={undefined} counts={undefined} chosen={operators} filter={usual} message={null} />,
    ],
    ['announcement-withdrawal', `${path}/withdrawal`, <WithdrawalPage announcement={rows[1]!} />],
    ['announcement-form', '/admin/announcements/new', <AnnouncementFormPage values={values} errors={errors} message={say('请稍后再试')} />],
    [
      'announcement-preview',
      '/admin/announcements/new',
      <PreviewPage values={values} draft={draft} recipients={23} announcementId={id(50)} />,
    ],
    [
      'announcement-preview-nobody',
      '/admin/announcements/new',
      <PreviewPage
        values={{ ...values, target: 'tier' }}
        draft={{ ...draft, publishAt: null, named: [] }}
        recipients={0}
        announcementId={id(50)}
      />,
    ],
  ]
}

/** The administrators' pages of rights and of announcements, in their states. */
export function grantSamples(say: Say): Sample[] {
  const viewer = { ...staff(say, 'admin', 'admin'), permissions: ['application:view', 'authorization:view', 'announcement:publish'] }
  return [...grantPages(say), ...announcementPages(say)].map(([name, path, page]) => ({ name, path, viewer, page }))
}
