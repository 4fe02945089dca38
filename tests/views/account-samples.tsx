import type { VNode } from 'preact'
import { dayRange } from '#src/core/day-range'
import { money } from '#src/core/money'
import { addDays, addSeconds } from '#src/core/time'
import { FilterCheck, FilterSelect, Filters, FilterText } from '#views/components/filters'
import { Pager } from '#views/components/pager'
import { Panel } from '#views/components/panel'
import { Toast } from '#views/components/toast'
import { Layout } from '#views/layout'
import { ApiKeyCallsPage } from '#views/operator/api-key-calls'
import { ApiKeysPage, type ApiKeysProps, EndPreviousKeyPage } from '#views/operator/api-keys'
import { AccountClosedPage, CloseAccountPage } from '#views/operator/close-account'
import { PasswordPage } from '#views/operator/password'
import { ProfilePage, type ProfileProps } from '#views/operator/profile'
import { EndSignInPage, SignInsPage } from '#views/operator/sign-ins'
import { SigningPage } from '#views/operator/signing'
import { type At, ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, NOTHING, NOW, operator, type Say } from './sample-props'
import { applicationSamples, siteSamples } from './site-samples'

/** The pages of an operator's account, keys, sites and games, in their states. */
export function accountSamples(say: Say): Sample[] {
  const viewer = operator(say, money(1_284_050))
  const at = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer, page })
  return [
    ...kit(say, at),
    ...account(say, at),
    ...keys(say, at),
    ...siteSamples(say, at),
    ...applicationSamples(say, at),
    {
      name: 'account-closed',
      path: '/operator/close',
      viewer: null,
      page: <AccountClosedPage username={say('hangzhou_mr')} />,
    },
  ]
}

/** Every part of the list kit on one page, in the middle of a long list. */
function kit(say: Say, at: At): Sample[] {
  const path = '/operator/sites?range=month&keyword=x&after=019b7a00-0000-7000-8000-000000000009&size=50'
  const dates = dayRange({ from: '2026-03-01', to: '2026-03-04' }, NOW)
  return [
    at(
      'kit',
      path,
      <Layout title={say('门店样例')} trail={[{ href: '/operator/sites', label: say('门店样例') }]}>
        <Toast words="sites.done.created" />
        <Panel id="list" title={say('门店样例')}>
          <Filters action="/operator/sites" dates={dates} keep={['tab']} chips={[{ label: say('包含：旗舰店'), clear: ['keyword'] }]}>
            <FilterText name="keyword" label={say('查找样例')} value={say('旗舰店')} placeholder={say('名称样例')} />
            <FilterSelect
              name="site"
              label={say('门店样例')}
              value="b"
              options={[
                { value: '', label: say('每一种') },
                { value: 'b', label: say('西湖银泰店') },
              ]}
            />
            <FilterCheck name="deleted" label={say('含已删除样例')} checked />
          </Filters>
          <Pager of={slice([1, 2, 3], id(3), id(1))} note={say('约 1,234 条')} />
        </Panel>
      </Layout>,
    ),
  ]
}

function account(say: Say, at: At): Sample[] {
  const contact = { name: say('杭州幻境数字娱乐'), phone: say('13800138000'), email: say('ops@example.com') }
  const profile: ProfileProps = {
    id: id(1),
    username: say('hangzhou_mr'),
    category: 'vip',
    contact,
    createdAt: ago(400 * DAY),
    updatedAt: ago(3 * DAY),
    balance: money(1_284_050),
    totalRecharged: money(98_000_000),
    totalConsumed: money(96_215_950),
    totalRefunded: money(500_000),
    lastTransactionAt: ago(900),
    games: 48_211,
    refused: null,
  }
  const errors = { name: say('至少2个字符'), phone: say('须为11位手机号') }
  const signIn = (n: number, door: 'api' | 'pages', userAgent: string) => ({
    id: id(n),
    door,
    ip: say('203.0.113.7'),
    userAgent: say(userAgent),
    createdAt: ago(n * 3_600),
    expiresAt: addDays(NOW, 30 - n),
  })
  const signIns = [
    signIn(1, 'pages', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36'),
    signIn(2, 'pages', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.50'),
    signIn(3, 'api', 'python-requests/2.32'),
  ]
  const closing = {
    username: say('hangzhou_mr'),
    balance: NOTHING,
    openItems: [],
    values: { username: '', reason: '' },
    errors: {},
    message: null,
  }
  return [
    at('profile', '/operator/profile', <ProfilePage {...profile} />),
    at(
      'profile-refused',
      '/operator/profile',
      <ProfilePage {...profile} lastTransactionAt={null} refused={{ values: contact, errors, message: say('请求频率超限') }} />,
    ),
    at('profile-long', '/operator/profile', <ProfilePage {...profile} contact={{ ...contact, name: say(LONG) }} />),
    at('password', '/operator/password', <PasswordPage errors={{}} message={null} />),
    at(
      'password-refused',
      '/operator/password',
      <PasswordPage errors={{ old_password: say('密码验证失败'), new_password: say('须为8-32位') }} message={say('请 15 秒后再试')} />,
    ),
    at('sessions', '/operator/sessions', <SignInsPage signIns={slice(signIns)} present={id(1)} />),
    at(
      'sessions-empty',
      `/operator/sessions?after=${id(1)}`,
      <SignInsPage signIns={slice<(typeof signIns)[number]>([])} present={id(1)} />,
    ),
    at('session-end', `/operator/sessions/${id(3)}/end`, <EndSignInPage signIn={signIns[2]!} />),
    at('sessions-end-others', '/operator/sessions/others', <EndSignInPage signIn={null} />),
    at('close', '/operator/close', <CloseAccountPage {...closing} />),
    at(
      'close-barred',
      '/operator/close',
      <CloseAccountPage
        {...closing}
        balance={money(12_345)}
        openItems={[{ kind: 'refund', id: id(8) }]}
        message={say('存在未完结的业务，无法注销')}
      />,
    ),
    at(
      'close-refused',
      '/operator/close',
      <CloseAccountPage
        {...closing}
        values={{ username: say('hangzhou'), reason: say('门店停业') }}
        errors={{ username: say('用户名不对'), password: say('密码验证失败') }}
      />,
    ),
  ]
}

const OPERATIONS = ['authorize', 'pre_authorize', 'game_sites', 'game_applications', 'session_end'] as const

function keys(say: Say, at: At): Sample[] {
  const props: ApiKeysProps = {
    masked: say('8ddb…faca'),
    generatedAt: ago(40 * DAY),
    shown: null,
    lastUsed: { at: ago(240), ip: say('203.0.113.7'), siteName: say('西湖银泰店') },
    previousUntil: addSeconds(NOW, 7_200),
    addresses: [say('203.0.113.0/24'), say('2001:db8::/32')],
    ownAddress: say('203.0.113.7'),
    refused: null,
  }
  const apiKey = say('8ddb986e358afe4fcc7e37d553375230d9aa4b4c1fbb83293de6e95d5d4efaca')
  const values = { overlap: say('3600'), addresses: say('10.0.0.0/33') }
  const calls = OPERATIONS.map((operation, n) => ({
    at: ago(60 * n),
    requestId: id(n),
    operation,
    result: (['accepted', 'refused', 'replayed'] as const)[n % 3]!,
    code: n % 3 === 1 ? say('INSUFFICIENT_BALANCE') : null,
    ip: say('203.0.113.7'),
    siteName: n === 2 ? null : say('西湖银泰店'),
    key: (['present', 'previous', 'gone'] as const)[n % 3]!,
  }))
  const attempt = {
    timestamp: say('1767225600'),
    method: 'POST',
    path: say('/v1/auth/game/authorize'),
    body: say('{"player_count":5}'),
    signed: say('1767225600\npost'),
    signature: say('hlhVsjEqBWYUGfjw9f/V5FKrvPjw6iuG1F1qB+dJ2xI='),
  }
  const example = say(
    `BODY='{"app_id":"app_1"}'\nTIME=$(date +%s)\ncurl -sS https://ops.example.com/v1/auth/game/authorize --data-raw "$BODY"`,
  )
  const lines = (['timestamp', 'method', 'path', 'body'] as const).map((name, n) => ({
    name,
    expected: say(attempt[name]),
    given: say('post'),
    same: n !== 1,
  }))
  return [
    at('api-keys', '/operator/api-keys', <ApiKeysPage {...props} />),
    at(
      'api-keys-new',
      '/operator/api-keys',
      <ApiKeysPage {...props} shown={{ apiKey, isNew: true }} lastUsed={null} previousUntil={null} addresses={[]} />,
    ),
    at(
      'api-keys-refused',
      '/operator/api-keys',
      <ApiKeysPage
        {...props}
        refused={{
          form: 'addresses',
          values,
          errors: { addresses: say('每行须为一个IP'), password: say('密码验证失败') },
          message: say('请 15 秒后再试'),
        }}
      />,
    ),
    at('api-keys-end-previous', '/operator/api-keys/end-previous', <EndPreviousKeyPage />),
    at('api-key-calls', '/operator/api-keys/calls', <ApiKeyCallsPage calls={slice(calls)} outcome={undefined} />),
    at('api-key-calls-empty', '/operator/api-keys/calls', <ApiKeyCallsPage calls={slice<(typeof calls)[number]>([])} outcome="refused" />),
    at('signing', '/operator/api-keys/signing', <SigningPage example={example} values={attempt} errors={{}} checked={null} />),
    at(
      'signing-checked',
      '/operator/api-keys/signing',
      <SigningPage
        example={example}
        values={attempt}
        errors={{ signature: say('不能为空') }}
        checked={{ finding: 'lines_differ', lines, isStale: true }}
      />,
    ),
  ]
}
