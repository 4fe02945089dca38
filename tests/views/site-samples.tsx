import { money } from '#src/core/money'
import { addDays, businessDay } from '#src/core/time'
import { AccessRequestPage, AccessRequestsPage } from '#views/operator/access-requests'
import { ApplicationsPage, AskPage, AvailablePage } from '#views/operator/applications'
import { SitePage } from '#views/operator/site'
import { DeleteSitePage, SiteFormPage } from '#views/operator/site-form'
import { SitesPage } from '#views/operator/sites'
import { type At, ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, NOTHING, NOW, type Say } from './sample-props'

/** The pages of an operator's sites. */
export function siteSamples(say: Say, at: At): Sample[] {
  const row = (n: number, name: string) => ({
    id: id(n),
    name: say(name),
    address: say('浙江省杭州市西湖区延安路 98 号银泰城 4 层'),
    createdAt: ago(n * 30 * DAY),
    isDeleted: n === 3,
    games: 420 - n * 40,
    amount: money(2_400_000 - n * 90_000),
  })
  const rows = [row(1, '西湖银泰店'), row(2, LONG), row(3, '滨江老店')]
  const site = {
    id: id(1),
    name: say('西湖银泰店'),
    address: say('浙江省杭州市西湖区延安路 98 号银泰城 4 层'),
    description: say('三层，靠近影院'),
    createdAt: ago(300 * DAY),
    updatedAt: ago(DAY),
    deletedAt: null,
  }
  const days = Array.from({ length: 30 }, (_, n) => ({
    day: businessDay(addDays(NOW, n - 29)),
    games: n + 1,
    players: (n + 1) * 3,
    amount: money((n + 1) * 4_500),
  }))
  const still = days.map((day) => ({ ...day, games: 0, players: 0, amount: NOTHING }))
  const month = { games: 120, players: 402, amount: money(603_000) }
  const values = { name: say('店'), address: say('延安路 98 号'), description: say('备注样例') }
  const errors = { name: say('至少2个字符'), address: say('至少5个字符') }
  return [
    at('sites', '/operator/sites', <SitesPage sites={slice(rows, null, id(2))} keyword="" showDeleted={false} />),
    at('sites-empty', '/operator/sites', <SitesPage sites={slice<(typeof rows)[number]>([])} keyword="" showDeleted={false} />),
    at(
      'sites-none',
      '/operator/sites?keyword=x',
      <SitesPage sites={slice<(typeof rows)[number]>([])} keyword={say('没有这家')} showDeleted />,
    ),
    at('site', `/operator/sites/${id(1)}`, <SitePage site={site} month={month} days={days} lastStart={ago(600)} />),
    at(
      'site-deleted',
      `/operator/sites/${id(1)}`,
      <SitePage
        site={{ ...site, name: say(LONG), description: null, deletedAt: ago(DAY) }}
        month={{ games: 0, players: 0, amount: NOTHING }}
        days={still}
        lastStart={null}
      />,
    ),
    at(
      'site-new',
      '/operator/sites/new',
      <SiteFormPage site={null} values={{ name: '', address: '', description: '' }} errors={{}} message={null} />,
    ),
    at(
      'site-edit-refused',
      `/operator/sites/${id(1)}/edit`,
      <SiteFormPage site={site} values={values} errors={errors} message={say('请求频率超限')} />,
    ),
    at('site-delete', `/operator/sites/${id(1)}/delete`, <DeleteSitePage site={{ id: id(1), name: say('西湖银泰店'), games: 120 }} />),
  ]
}

/** The pages of an operator's games and what it asked for. */
export function applicationSamples(say: Say, at: At): Sample[] {
  const counts = { held: 4, available: 2, requests: 3 }
  const game = (n: number, name: string) => ({
    id: id(n),
    name: say(name),
    description: say('四人合作的采矿冒险'),
    unitPrice: money(2_500 + n * 100),
    minPlayers: 1,
    maxPlayers: 8,
  })
  const held = (['active', 'ending', 'ended', 'withdrawn'] as const).map((state, n) => ({
    ...game(n, n === 2 ? LONG : '星际矿工'),
    authorizedAt: ago(200 * DAY),
    expiresAt: state === 'active' ? null : addDays(NOW, state === 'ended' ? -1 : 5),
    state,
    waiting: n === 1 ? id(20) : null,
    nextPrice: n === 0 ? money(3_000) : null,
    nextPriceAt: n === 0 ? addDays(NOW, 3) : null,
  }))
  const request = (n: number, status: 'pending' | 'approved' | 'rejected') => ({
    id: id(n),
    applicationId: id(1),
    appName: say('星际矿工'),
    reason: say('新店开业，需要一款四人合作的游戏'),
    status,
    rejectReason: status === 'rejected' ? say('该应用暂不对试用客户开放') : null,
    reviewNote: status === 'approved' ? say('先开通三个月') : null,
    reviewedAt: status === 'pending' ? null : ago(DAY),
    createdAt: ago(3 * DAY),
    expiresAt: status === 'approved' ? ago(60) : null,
    revokedAt: null,
  })
  const requests = [request(1, 'pending'), request(2, 'approved'), request(3, 'rejected')]
  const none = slice<(typeof requests)[number]>([])
  return [
    at('applications', '/operator/applications', <ApplicationsPage applications={held} counts={counts} />),
    at(
      'applications-empty',
      '/operator/applications',
      <ApplicationsPage applications={[]} counts={{ held: 0, available: 3, requests: 0 }} />,
    ),
    at(
      'available',
      '/operator/applications/available',
      <AvailablePage
        applications={[
          { ...game(5, '深海迷踪'), renews: null },
          { ...game(6, '机甲对决'), renews: addDays(NOW, 3) },
        ]}
        counts={counts}
      />,
    ),
    at('available-empty', '/operator/applications/available', <AvailablePage applications={[]} counts={counts} />),
    at(
      'ask',
      `/operator/applications/${id(5)}/request`,
      <AskPage application={game(5, '深海迷踪')} renews={null} reason="" error={undefined} message={null} />,
    ),
    at(
      'ask-refused',
      `/operator/applications/${id(5)}/request`,
      <AskPage
        application={game(5, '深海迷踪')}
        renews={addDays(NOW, 5)}
        reason={say('想要')}
        error={say('至少10个字符')}
        message={say('该应用已有待审批的申请')}
      />,
    ),
    at('requests', '/operator/applications/requests', <AccessRequestsPage requests={slice(requests)} status="all" counts={counts} />),
    at('requests-empty', '/operator/applications/requests', <AccessRequestsPage requests={none} status="all" counts={counts} />),
    at(
      'requests-none',
      '/operator/applications/requests?status=rejected',
      <AccessRequestsPage requests={none} status="rejected" counts={counts} />,
    ),
    ...requests.map((one) =>
      at(`request-${one.status}`, `/operator/applications/requests/${one.id}`, <AccessRequestPage request={one} now={NOW} />),
    ),
  ]
}
