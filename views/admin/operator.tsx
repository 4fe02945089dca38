import { showId } from '#src/core/ids'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { drawn, formatCount } from '../components/figures'
import { Masked, maskEmail, maskPhone } from '../components/masked'
import { useMay } from '../components/may'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Panel } from '../components/panel'
import { Change, StatTile } from '../components/stat-tile'
import { useText } from '../page-context'
import { Evidence, type LockEvidence } from './lock-evidence'
import { OperatorFrame, type OperatorHead, operatorPath, Tier } from './operator-frame'

type Played = { games: number; players: number; amount: Money }

export type OperatorProps = {
  now: Instant
  operator: OperatorHead & {
    phone: string
    email: string
    totalRecharged: Money
    totalConsumed: Money
    totalRefunded: Money
    lastTransactionAt: Instant | null
    apiKeyGeneratedAt: Instant
    apiKeyAddresses: readonly string[]
    createdAt: Instant
    updatedAt: Instant
  }
  figures: { sessions: number; applications: number; sites: number }
  played: { today: Played; month: Played; monthBefore: Played; days: readonly (Played & { day: string })[] }
  lastCall: { at: Instant; ip: string; siteName: string | null } | null
  evidence: LockEvidence | null
}

/** `/admin/operators/{id}`: who it is, how it stands, and what may be done about it. */
export function OperatorPage(props: OperatorProps) {
  const t = useText()
  const may = useMay()
  const { operator } = props
  const at = operatorPath(operator.id)
  return (
    <OperatorFrame
      operator={operator}
      tab="overview"
      action={
        may('operator:edit') &&
        !operator.deactivatedAt && (
          <a class="button primary" href={`${at}/edit`}>
            {t('operators.edit')}
          </a>
        )
      }
    >
      <Tiles {...props} />
      {props.evidence && <Evidence of={props.evidence} />}
      <div class="columns even">
        <Panel id="account" title={t('operators.account')}>
          <Facts
            rows={[
              { label: t('operators.username'), value: <bdi>{operator.username}</bdi> },
              { label: t('account.id'), value: <ShortId id={showId('operator', operator.id)} /> },
              { label: t('operators.category'), value: <Tier of={operator} /> },
              { label: t('operators.phone'), value: <Masked masked={maskPhone(operator.phone)} whole={operator.phone} /> },
              { label: t('operators.email'), value: <Masked masked={maskEmail(operator.email)} whole={operator.email} /> },
              { label: t('operators.created'), value: <Moment at={operator.createdAt} /> },
              { label: t('account.updated'), value: <Moment at={operator.updatedAt} /> },
            ]}
          />
        </Panel>
        <div class="stack">
          <Keys {...props} />
          <Acts {...props} />
        </div>
      </div>
    </OperatorFrame>
  )
}

/** Each figure opens into its rows, for those who may see them. */
function Tiles({ operator, figures, played }: OperatorProps) {
  const t = useText()
  const may = useMay()
  const at = operatorPath(operator.id)
  const money = may('transaction:view') ? `${at}/money` : undefined
  return (
    <div class="tiles four">
      <StatTile
        label={t('operators.balance')}
        icon="wallet"
        figure={<Yuan of={operator.balance} />}
        note={
          operator.lastTransactionAt ? (
            <>
              {t('operators.lastMoved')} <Moment at={operator.lastTransactionAt} />
            </>
          ) : (
            t('operators.neverMoved')
          )
        }
        {...(money ? { href: money } : {})}
      />
      <StatTile
        label={t('operators.month')}
        icon="receipt"
        figure={<Yuan of={played.month.amount} />}
        note={<Change current={drawn(played.month.amount)} previous={drawn(played.monthBefore.amount)} versus="common.versus.month" />}
        series={played.days.map(({ amount }) => drawn(amount))}
        href={`${at}/timeline?chapter=games`}
      />
      <StatTile
        label={t('operators.sessions')}
        icon="gamepad-2"
        figure={formatCount(figures.sessions)}
        note={t('operators.sessions.today', { count: formatCount(played.today.games) })}
        series={played.days.map(({ games }) => games)}
        href={`${at}/timeline?chapter=games`}
      />
      <StatTile
        label={t('operators.rights')}
        icon="store"
        figure={t('operators.rights.figure', { sites: formatCount(figures.sites), applications: formatCount(figures.applications) })}
        note={t('operators.rights.note')}
        {...(may('site:view') ? { href: `${at}/sites` } : {})}
      />
      <StatTile
        label={t('account.recharged')}
        icon="arrow-down-left"
        figure={<Yuan of={operator.totalRecharged} />}
        {...toKind(money, 'recharge')}
      />
      <StatTile
        label={t('account.consumed')}
        icon="arrow-up-right"
        figure={<Yuan of={operator.totalConsumed} />}
        {...toKind(money, 'consumption')}
      />
      <StatTile
        label={t('account.refunded')}
        icon="arrow-up-right"
        figure={<Yuan of={operator.totalRefunded} />}
        {...toKind(money, 'refund')}
      />
    </div>
  )
}

const toKind = (money: string | undefined, kind: string) => (money ? { href: `${money}?type=${kind}` } : {})

function Keys({ operator, lastCall }: OperatorProps) {
  const t = useText()
  const may = useMay()
  const at = operatorPath(operator.id)
  return (
    <Panel id="keys" title={t('operators.keys')}>
      <Facts
        rows={[
          { label: t('operators.key.generated'), value: <Moment at={operator.apiKeyGeneratedAt} /> },
          {
            label: t('operators.key.lastUsed'),
            value: lastCall ? (
              <>
                <Moment at={lastCall.at} seconds /> · <code>{lastCall.ip}</code>
              </>
            ) : (
              t('operators.key.never')
            ),
          },
          {
            label: t('operators.key.addresses'),
            value: operator.apiKeyAddresses.length === 0 ? t('operators.key.anywhere') : <code>{operator.apiKeyAddresses.join(' ')}</code>,
          },
        ]}
      />
      <div class="form-actions">
        {may('operator:apikey_view') && (
          <a class="button" href={`${at}/api-key`}>
            {t('operators.key.view')}
          </a>
        )}
        {may('operator:apikey_reset') && (
          <a class="button" href={`${at}/api-key/reset`}>
            {t('operators.key.reset')}
          </a>
        )}
      </div>
    </Panel>
  )
}

/** Only what is possible now and allowed to the viewer. */
function Acts({ operator }: OperatorProps) {
  const t = useText()
  const may = useMay()
  const at = operatorPath(operator.id)
  const links = [
    ...(may('operator:category') ? [{ path: 'category', label: t('operators.category.change') }] : []),
    ...(may('operator:lock') && !operator.isLocked ? [{ path: 'lock', label: t('operators.lock.verb') }] : []),
    ...(may('operator:lock') && operator.isLocked ? [{ path: 'unlock', label: t('operators.unlock.verb') }] : []),
    ...(may('operator:deactivate') ? [{ path: 'deactivate', label: t('operators.deactivate.verb') }] : []),
  ]
  if (operator.deactivatedAt || links.length === 0) return null
  return (
    <Panel id="acts" title={t('operators.acts')}>
      <div class="form-actions">
        {links.map(({ path, label }) => (
          <a key={path} class="button" href={`${at}/${path}`}>
            {label}
          </a>
        ))}
      </div>
    </Panel>
  )
}
