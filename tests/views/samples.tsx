import type { VNode } from 'preact'
import { money } from '#src/core/money'
import { addSeconds } from '#src/core/time'
import { AdminHomePage } from '#views/admin/home'
import { OperatorHomePage } from '#views/operator/home'
import type { PageContext } from '#views/page-context'
import { ApiKeyOncePage } from '#views/public/api-key-once'
import { PublicHomePage } from '#views/public/home'
import { ProblemPage } from '#views/public/problem'
import { RegisterPage } from '#views/public/register'
import { SignInPage } from '#views/public/sign-in'
import { accountSamples } from './account-samples'
import { alertSamples } from './alert-samples'
import { analyticsSamples } from './analytics-samples'
import { backupSamples } from './backup-samples'
import { checkSamples } from './check-samples'
import { financeDeskSamples } from './finance-desk-samples'
import { gameSamples } from './game-samples'
import { grantSamples } from './grant-samples'
import { invoiceDeskSamples } from './invoice-desk-samples'
import { invoiceSamples } from './invoice-samples'
import { ledgerSamples } from './ledger-samples'
import { messageSamples } from './message-samples'
import { officeSamples } from './office-samples'
import { operatorSamples } from './operator-samples'
import { rechargeSamples } from './recharge-samples'
import { reconciliationSamples } from './reconciliation-samples'
import { releaseSamples } from './release-samples'
import { reportSamples } from './report-samples'
import {
  emptyAdminHome,
  emptyOperatorHome,
  fullAdminHome,
  fullOperatorHome,
  LONG,
  NOTHING,
  NOW,
  operator,
  type Say,
  staff,
} from './sample-props'
import { searchSamples } from './search-samples'
import { serviceLevelSamples } from './service-level-samples'
import { staffSamples } from './staff-samples'
import { systemSamples } from './system-samples'
import { usageSamples } from './usage-samples'
import { walletSamples } from './wallet-samples'
import { workerSamples } from './worker-samples'

/** A page in one of its states. */
type Sample = { name: string; path: string; viewer: PageContext['viewer']; page: VNode }

export const asIs: Say = (usual) => usual

function publicSamples(say: Say): Sample[] {
  const at = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer: null, page })
  const values = { username: say('hangzhou_mr'), name: say('杭州幻境数字娱乐'), phone: say('1380013'), email: say('ops@example.com') }
  const blank = { username: '', name: '', phone: '', email: '' }
  const wrong = {
    username: say('用户名已被注册，请更换'),
    password: say('密码须为 8–32 位，含大写字母、小写字母和数字'),
    password_repeat: say('与上面的密码不同'),
    phone: say('请输入 11 位手机号'),
  }
  const signIn = (kind: 'operator' | 'admin' | 'finance') => (
    <SignInPage kind={kind} username="" next={null} message={null} demoAccount={{ username: say('demo'), password: say('Demo1234') }} />
  )
  const refused = { tone: 'bad' as const, text: say('用户名或密码错误') }
  return [
    at('home', '/', <PublicHomePage />),
    at('sign-in-operator', '/operator/login', signIn('operator')),
    at('sign-in-admin', '/admin/login', signIn('admin')),
    at('sign-in-finance', '/finance/login', signIn('finance')),
    at(
      'sign-in-refused',
      '/admin/login',
      <SignInPage kind="admin" username={say('li.wei')} next={say('/admin/')} message={refused} demoAccount={null} />,
    ),
    at('register', '/operator/register', <RegisterPage values={blank} errors={{}} message={null} />),
    at(
      'register-refused',
      '/operator/register',
      <RegisterPage values={values} errors={wrong} message={say('请求频率超限，请 42 秒后再试')} />,
    ),
    at(
      'api-key',
      '/operator/register',
      <ApiKeyOncePage username={say('hangzhou_mr')} apiKey={say('8ddb986e358afe4fcc7e37d553375230d9aa4b4c1fbb83293de6e95d5d4efaca')} />,
    ),
    ...([400, 403, 404, 405, 429, 500, 503] as const).map((status) =>
      at(
        `problem-${status}`,
        '/nowhere',
        <ProblemPage status={status} message={status === 400 ? say('请求参数验证失败') : null} retryAfter={status === 429 ? 42 : null} />,
      ),
    ),
  ]
}

/** Every page in its states: empty, full, refused, with long names. */
export function samples(say: Say): Sample[] {
  const full = fullOperatorHome(say)
  const longSay: Say = () => say(LONG)
  const longOperator = { ...operator(longSay, money(4_950)), category: 'trial' as const }
  const lowHome = { ...fullOperatorHome(longSay), balance: money(4_950), lastsUntil: addSeconds(NOW, 7_200) }
  const admin = staff(say, 'admin', 'super_admin')
  return [
    ...publicSamples(say),
    ...accountSamples(say),
    ...analyticsSamples(say),
    ...gameSamples(say),
    ...grantSamples(say),
    ...messageSamples(say),
    ...ledgerSamples(say),
    ...invoiceSamples(say),
    ...invoiceDeskSamples(say),
    ...reconciliationSamples(say),
    ...rechargeSamples(say),
    ...releaseSamples(say),
    ...reportSamples(say),
    ...searchSamples(say),
    ...staffSamples(say),
    ...systemSamples(say),
    ...backupSamples(say),
    ...checkSamples(say),
    ...serviceLevelSamples(say),
    ...workerSamples(say),
    ...alertSamples(say),
    ...operatorSamples(say),
    ...officeSamples(say),
    ...walletSamples(say),
    { name: 'operator', path: '/operator/', viewer: operator(say, full.balance), page: <OperatorHomePage {...full} /> },
    { name: 'operator-empty', path: '/operator/', viewer: operator(say, NOTHING), page: <OperatorHomePage {...emptyOperatorHome()} /> },
    { name: 'operator-long', path: '/operator/', viewer: longOperator, page: <OperatorHomePage {...lowHome} /> },
    ...usageSamples(say, longSay).map((sample) => ({ ...sample, viewer: operator(say, full.balance) })),
    { name: 'admin', path: '/admin/', viewer: admin, page: <AdminHomePage {...fullAdminHome(say)} /> },
    { name: 'admin-empty', path: '/admin/', viewer: admin, page: <AdminHomePage {...emptyAdminHome()} /> },
    {
      name: 'admin-long',
      path: '/admin/',
      viewer: admin,
      page: <AdminHomePage {...fullAdminHome(longSay)} proof={{ state: 'ok', at: NOW, rows: 4_812_377 }} />,
    },
    ...financeDeskSamples(say),
    {
      name: 'problem-signed-in',
      path: '/operator/x',
      viewer: operator(say, NOTHING),
      page: <ProblemPage status={404} message={null} retryAfter={null} />,
    },
  ]
}

/** The context a sample is shown in; development, so that the environment strip is seen too. */
export const contextOf = (sample: Sample, choice: Pick<PageContext, 'language' | 'theme'>, assets: PageContext['assets']): PageContext => ({
  ...choice,
  environment: 'development',
  path: sample.path,
  csrfToken: 'csrf-0123456789abcdef',
  requestId: '0f3c1d2e-6a51-4a0e-9c11-2f6d3c8e1a55',
  done: null,
  assets,
  viewer: sample.viewer,
})
