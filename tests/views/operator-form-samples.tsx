import { dayRange } from '#src/core/day-range'
import { money, ZERO } from '#src/core/money'
import { OperatorActPage } from '#views/admin/operator-act'
import { CategoryPage } from '#views/admin/operator-category'
import { EditOperatorPage, NewOperatorPage, OperatorCreatedPage } from '#views/admin/operator-form'
import { OperatorKeyPage } from '#views/admin/operator-key'
import { OperatorSitesPage } from '#views/admin/operator-sites'
import { AdminSitePage } from '#views/admin/site'
import { AdminSiteFormPage } from '#views/admin/site-form'
import { AdminSitesPage } from '#views/admin/sites'
import { CustomerPage, type CustomerProps } from '#views/finance/customer'
import { CustomerStatementPage } from '#views/finance/customer-statement'
import { CustomersPage } from '#views/finance/customers'
import { anOperator, closed, evidence, locked, NO_FILTER, ONE } from './operator-scene'
import { type At, ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, NOTHING, NOW, type Say } from './sample-props'

const PATH = '/admin/operators'

/** The forms about one operator, refused and not. */
export function operatorFormSamples(say: Say, at: At): Sample[] {
  const operator = anOperator(say)
  const blank = { username: '', name: '', phone: '', email: '', category: 'normal', initial_balance: '' }
  const wrong = { username: say('用户名已被注册'), phone: say('须为11位手机号'), password_repeat: say('两次输入的新密码不一样') }
  const key = { ...operator, previousApiKeyValidUntil: ago(-DAY) }
  const usual = { values: { reason: '', username: '' }, errors: {}, message: null }
  const reason = { reason: say('至少10个字符') }
  return [
    at('operator-new', `${PATH}/new`, <NewOperatorPage values={blank} errors={{}} message={null} />),
    at(
      'operator-new-refused',
      `${PATH}/new`,
      <NewOperatorPage values={{ ...blank, username: say('x') }} errors={wrong} message={say('请求频率超限')} />,
    ),
    at(
      'operator-made',
      `${PATH}/new`,
      <OperatorCreatedPage
        id={id(1)}
        username={say('hangzhou_mr')}
        name={say('杭州幻境')}
        apiKey={say('8ddb986e358afe4f')}
        balance={money(6_600)}
      />,
    ),
    at(
      'operator-edit',
      `${ONE}/edit`,
      <EditOperatorPage operator={operator} values={operator} errors={{ name: say('至少2个字符') }} message={null} />,
    ),
    at(
      'operator-category',
      `${ONE}/category`,
      <CategoryPage
        operator={operator}
        values={{ category: 'normal', pinned: true, reason: say('季度评定') }}
        errors={{ category: say('他人已经处理过') }}
        message={say('他人已经处理过')}
      />,
    ),
    at(
      'operator-lock',
      `${ONE}/lock`,
      <OperatorActPage act="lock" operator={operator} evidence={null} openItems={[]} {...usual} errors={reason} />,
    ),
    at(
      'operator-locked-already',
      `${ONE}/lock`,
      <OperatorActPage act="lock" operator={locked(say)} evidence={evidence(say)} openItems={[]} {...usual} />,
    ),
    at(
      'operator-unlock',
      `${ONE}/unlock`,
      <OperatorActPage act="unlock" operator={locked(say)} evidence={{ codes: [], addresses: [] }} openItems={[]} {...usual} />,
    ),
    at(
      'operator-deactivate',
      `${ONE}/deactivate`,
      <OperatorActPage
        act="deactivate"
        operator={anOperator(say, { balance: NOTHING })}
        evidence={null}
        openItems={[{ kind: 'refund', id: id(4) }]}
        {...usual}
        errors={{ username: say('与账户的用户名不一致'), ...reason }}
        message={say('他人已经处理过')}
      />,
    ),
    at(
      'operator-deactivate-barred',
      `${ONE}/deactivate`,
      <OperatorActPage act="deactivate" operator={operator} evidence={null} openItems={[]} {...usual} />,
    ),
    ...(['view', 'reset'] as const).flatMap((act) => {
      const props = { act, operator: key, seconds: 30, values: { reason: '' }, message: null }
      const shown = { apiKey: say('8ddb986e358afe4f'), generatedAt: ago(3) }
      const lastCall = { at: ago(40), ip: say('192.0.2.10'), siteName: say('西湖银泰店') }
      return [
        at(`operator-key-${act}`, `${ONE}/api-key`, <OperatorKeyPage {...props} lastCall={lastCall} shown={null} errors={reason} />),
        at(`operator-key-${act}-shown`, `${ONE}/api-key`, <OperatorKeyPage {...props} lastCall={null} shown={shown} errors={{}} />),
      ]
    }),
  ]
}

/** Everybody's sites, as administrators see them. */
export function siteSamplesOfStaff(say: Say, at: At): Sample[] {
  const site = {
    id: id(1),
    operatorId: id(1),
    operatorName: say('杭州幻境数字娱乐'),
    name: say('西湖银泰店'),
    address: say('杭州市上城区延安路 98 号'),
    description: say('三层，靠近影院'),
    deletedAt: null,
    createdAt: ago(100 * DAY),
    updatedAt: ago(DAY),
  }
  const figures = { games: 120, players: 402, amount: money(603_000), lastStart: ago(600) }
  const rows = [
    { ...site, ...figures },
    { ...site, ...figures, id: id(2), name: say(LONG), deletedAt: ago(DAY), lastStart: null },
  ]
  const none = slice<(typeof rows)[number]>([])
  const counts = { sites: 2, operators: 1 }
  const zero = { sites: 0, operators: 0 }
  const days = [{ day: '2026-03-04', games: 3, players: 9, amount: money(4_500) }]
  const values = { operator: say('hangzhou_mr'), name: say('店'), address: say('延安路'), description: say('备注样例') }
  const errors = { operator: say('查无此运营商'), name: say('至少2个字符') }
  const owner = { id: id(1), name: say('杭州幻境数字娱乐') }
  return [
    at(
      'admin-sites',
      '/admin/sites',
      <AdminSitesPage sites={slice(rows, null, id(2))} counts={counts} keyword="" showDeleted={false} operator={null} />,
    ),
    at('admin-sites-empty', '/admin/sites', <AdminSitesPage sites={none} counts={zero} keyword="" showDeleted={false} operator={null} />),
    at(
      'admin-sites-none',
      '/admin/sites?keyword=x',
      <AdminSitesPage sites={none} counts={zero} keyword={say('没有这家')} showDeleted operator={owner} />,
    ),
    at(
      'operator-sites',
      `${ONE}/sites`,
      <OperatorSitesPage operator={anOperator(say)} sites={slice(rows)} counts={counts} keyword="" showDeleted />,
    ),
    at('admin-site', '/admin/sites/x', <AdminSitePage site={site} month={figures} days={days} />),
    at(
      'admin-site-deleted',
      '/admin/sites/x',
      <AdminSitePage site={{ ...site, description: null, deletedAt: ago(DAY) }} month={{ ...figures, lastStart: null }} days={[]} />,
    ),
    at(
      'admin-site-new',
      '/admin/sites/new',
      <AdminSiteFormPage site={null} values={values} errors={errors} message={say('请求频率超限')} />,
    ),
    at('admin-site-edit', '/admin/sites/x/edit', <AdminSiteFormPage site={site} values={values} errors={{}} message={null} />),
  ]
}

/** Finance and its customers. */
export function customerSamples(say: Say, desk: At): Sample[] {
  const rows = [anOperator(say), { ...locked(say), id: id(2) }, { ...closed(say), id: id(3), lastTransactionAt: null }]
  const sums = { operators: 3, balance: money(2_568_100), recharged: money(9), consumed: money(8), refunded: money(7) }
  const none = { operators: 0, balance: ZERO, recharged: ZERO, consumed: ZERO, refunded: ZERO }
  const customer = { ...anOperator(say), sessions: 7_898, firstAt: ago(300 * DAY) }
  const months = [
    {
      month: '2026-03',
      recharge: money(200_000),
      consumption: money(134_400),
      refund: ZERO,
      adjustment: money(-100),
      closing: money(1_284_050),
    },
    { month: '2026-02', recharge: ZERO, consumption: ZERO, refund: money(5_000), adjustment: ZERO, closing: money(1_218_550) },
  ]
  const lists: Pick<CustomerProps, 'orders' | 'refunds' | 'invoices'> = {
    orders: slice([
      { order: { id: id(1), amount: money(200_000), paymentMethod: 'wechat' as const, status: 'success' as const, createdAt: ago(DAY) } },
    ]),
    refunds: slice([{ id: id(2), requested: money(5_000), actual: null, status: 'pending' as const, createdAt: ago(DAY) }]),
    invoices: slice([{ id: id(3), number: say('26000001'), amount: money(5_000), status: 'approved' as const, createdAt: ago(DAY) }]),
  }
  const empty = { orders: slice([]), refunds: slice([]), invoices: slice([]) } as never
  const statement = {
    first: '2026-03-01',
    last: '2026-03-31',
    rows: 2,
    in: money(1_000),
    out: money(100),
    opening: ZERO,
    closing: money(900),
    days: [{ day: '2026-03-02', rows: 2, in: money(1_000), out: money(100), opening: ZERO, closing: money(900) }],
    kinds: [{ kind: 'recharge' as const, rows: 1, in: money(1_000), out: ZERO }],
  }
  const dates = dayRange({ from: '2026-03-01', to: '2026-03-31' }, NOW)
  const path = `/finance/customers/op_${id(1)}`
  return [
    desk('customers', '/finance/customers', <CustomersPage customers={slice(rows)} sums={sums} filter={NO_FILTER} sort="balance_most" />),
    desk(
      'customers-empty',
      '/finance/customers',
      <CustomersPage customers={slice<(typeof rows)[number]>([])} sums={none} filter={NO_FILTER} sort="balance_most" />,
    ),
    desk('customer', path, <CustomerPage customer={customer} months={months} {...lists} />),
    desk(
      'customer-empty',
      path,
      <CustomerPage customer={{ ...customer, firstAt: null, lastTransactionAt: null }} months={[]} {...(empty as typeof lists)} />,
    ),
    desk('customer-few', path, <CustomerPage customer={customer} months={months} orders={null} refunds={null} invoices={null} />),
    desk('customer-statement', `${path}/statement`, <CustomerStatementPage customer={customer} dates={dates} statement={statement} />),
  ]
}
