import type { VNode } from 'preact'
import { money } from '#src/core/money'
import { readableDocument } from '#src/openapi/readable'
import { routes } from '#src/routes'
import { type Hit, SearchPage } from '#views/operator/search'
import type { PageContext } from '#views/page-context'
import { ApiDocsPage } from '#views/public/api-docs'
import { LONG, NOW, operator, type Say, staff } from './sample-props'

type Sample = { name: string; path: string; viewer: PageContext['viewer']; page: VNode }

const ID = '019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55'

function hitsOf(say: Say): Hit[] {
  const hit = (kind: Hit['kind'], name: string, detail: string, more: Partial<Hit> = {}): Hit => ({
    ...{ kind, id: ID, name, detail, at: NOW, amount: null, isExact: false, href: `/operator/${kind}` },
    ...more,
  })
  return [
    hit('page', 'nav.sites', '', { id: null, at: null }),
    hit('site', say('海淀旗舰店'), say('北京市海淀区中关村大街1号')),
    hit('application', say('海底两万里'), say('四人合作'), { amount: money(1_500), at: null }),
    hit('usage', say('海底两万里'), say('op_019b7a00-0000-7000-8000-000000000001_1767225600000_a1B2c3D4e5F6g7H8'), {
      amount: money(6_000),
    }),
    hit('transaction', 'consumption', say('海底两万里 4 人'), { amount: money(6_000) }),
    hit('order', 'wechat', 'abnormal', { amount: money(100_000), href: null }),
    hit('refund', 'pending', say('门店停业'), { amount: money(50_000), href: null }),
    hit('call', 'authorize', 'INSUFFICIENT_BALANCE'),
    hit('staff', say('陈晨'), say('ops001')),
    hit('access_request', say('丧尸围城'), say('夜场客人增多，希望增加惊险类内容')),
  ]
}

/** Search in its states and the documentation of the API. */
export function searchSamples(say: Say): Sample[] {
  const viewer = operator(say, money(1_284_050))
  const admin = staff(say, 'admin', 'super_admin')
  const at = (name: string, page: VNode): Sample => ({ name, path: '/operator/search', viewer, page })
  const operatorHit: Hit = {
    ...{ kind: 'operator', id: ID, name: say('杭州幻境数字娱乐'), detail: say('hangzhou_mr'), at: NOW },
    ...{ amount: money(1_284_050), isExact: true, href: null },
  }
  return [
    at('search', <SearchPage action="/operator/search" typed={say('海')} hits={hitsOf(say)} />),
    at('search-blank', <SearchPage action="/operator/search" typed="" hits={[]} />),
    at('search-nothing', <SearchPage action="/operator/search" typed={say('txn_1')} hits={[]} />),
    at('search-long', <SearchPage action="/operator/search" typed={say(LONG)} hits={hitsOf(() => say(LONG))} />),
    {
      name: 'search-staff',
      path: '/staff/search',
      viewer: admin,
      page: <SearchPage action="/staff/search" typed={say('杭州')} hits={[operatorHit]} />,
    },
    { name: 'docs', path: '/docs', viewer: null, page: <ApiDocsPage version="0.1.0" {...readableDocument(routes.slice(0, 12), 'zh')} /> },
  ]
}
