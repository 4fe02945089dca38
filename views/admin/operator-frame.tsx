import type { ComponentChildren } from 'preact'
import { showId, type Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { formatDateTime, type Instant } from '#src/core/time'
import type { Permission } from '#src/permissions/permissions'
import { useMay } from '../components/may'
import { Notice } from '../components/notice'
import { Badge, StatusBadge } from '../components/status-badge'
import { Tabs } from '../components/tabs'
import { Layout } from '../layout'
import { useText } from '../page-context'

/** What every page of one operator says about it. */
export type OperatorHead = {
  id: Uuid
  username: string
  name: string
  category: 'trial' | 'normal' | 'vip'
  categoryPinned: boolean
  balance: Money
  isLocked: boolean
  lockedReason: string | null
  lockedAt: Instant | null
  deactivatedAt: Instant | null
}

export const operatorPath = (id: Uuid): string => `/admin/operators/${showId('operator', id)}`

const TABS = [
  { name: 'overview', path: '', permission: 'operator:view' },
  { name: 'timeline', path: '/timeline', permission: 'operator:view' },
  { name: 'grants', path: '/grants', permission: 'authorization:view' },
  { name: 'sites', path: '/sites', permission: 'site:view' },
  { name: 'money', path: '/money', permission: 'transaction:view' },
  { name: 'calls', path: '/calls', permission: 'operator:view' },
  { name: 'staff', path: '/staff-actions', permission: 'audit:view' },
] as const satisfies readonly { name: string; path: string; permission: Permission }[]

type FrameProps = {
  operator: OperatorHead
  tab: (typeof TABS)[number]['name']
  action?: ComponentChildren
  children: ComponentChildren
}

/** The head and the tabs of `/admin/operators/{id}`; a tab whose rows the viewer may not see is not there. */
export function OperatorFrame({ operator, tab, action, children }: FrameProps) {
  const t = useText()
  const may = useMay()
  const at = operatorPath(operator.id)
  return (
    <Layout
      title={operator.name}
      note={<Standing of={operator} />}
      trail={[{ href: '/admin/operators', label: t('operators.title') }]}
      action={action}
    >
      <Tabs
        label={t('operators.tabs')}
        tabs={TABS.filter(({ permission }) => may(permission)).map(({ name, path }) => ({
          href: `${at}${path}`,
          label: t(`operators.tabs.${name}`),
          current: name === tab,
        }))}
      />
      <StateNotice of={operator} />
      {children}
    </Layout>
  )
}

/** Tier and state beside the name. */
export function Standing({ of }: { of: Pick<OperatorHead, 'username' | 'category' | 'categoryPinned' | 'isLocked' | 'deactivatedAt'> }) {
  return (
    <span class="with-badge">
      <bdi>{of.username}</bdi>
      <Tier of={of} />
      <StatusBadge noun="operator" state={stateOf(of)} />
    </span>
  )
}

export const stateOf = ({
  isLocked,
  deactivatedAt,
}: Pick<OperatorHead, 'isLocked' | 'deactivatedAt'>): 'active' | 'locked' | 'deactivated' =>
  deactivatedAt ? 'deactivated' : isLocked ? 'locked' : 'active'

export function Tier({ of }: { of: Pick<OperatorHead, 'category' | 'categoryPinned'> }) {
  const t = useText()
  return (
    <span class="with-badge">
      <Badge tone={of.category === 'vip' ? 'info' : 'neutral'}>{t(`category.${of.category}`)}</Badge>
      {of.categoryPinned && <span class="muted">{t('operators.pinned')}</span>}
    </span>
  )
}

function StateNotice({ of }: { of: OperatorHead }) {
  const t = useText()
  const may = useMay()
  if (of.deactivatedAt) {
    return (
      <Notice tone="neutral" title={t('operators.deactivated.title', { time: formatDateTime(of.deactivatedAt) })}>
        <p>{t('operators.deactivated.text')}</p>
      </Notice>
    )
  }
  if (!of.isLocked || !of.lockedAt) return null
  return (
    <Notice tone="bad" title={t('operators.locked.title', { time: formatDateTime(of.lockedAt) })}>
      <p>
        {t('operators.locked.reason')} <bdi>{of.lockedReason}</bdi>
      </p>
      {may('operator:lock') && (
        <p>
          <a href={`${operatorPath(of.id)}/unlock`}>{t('operators.unlock.verb')}</a>
        </p>
      )}
    </Notice>
  )
}

/** The page of a form about one operator: its name in the trail, the form's name as title. */
export function OperatorFormFrame({ operator, title, children }: { operator: OperatorHead; title: string; children: ComponentChildren }) {
  const t = useText()
  return (
    <Layout
      title={title}
      note={<Standing of={operator} />}
      trail={[
        { href: '/admin/operators', label: t('operators.title') },
        { href: operatorPath(operator.id), label: operator.name },
      ]}
    >
      <section class="panel medium">{children}</section>
    </Layout>
  )
}

/** A refusal above the form. */
export const Refused = ({ message }: { message: string | null }) =>
  message === null ? null : (
    <Notice tone="bad" focus>
      <p>{message}</p>
    </Notice>
  )

/** The entries to correct, in the order of the form. */
export function wrongFields<Name extends string>(
  names: readonly Name[],
  errors: Readonly<Record<string, string>>,
  label: (name: Name) => string,
): { name: Name; label: string; message: string }[] {
  return names.flatMap((name) => (errors[name] === undefined ? [] : [{ name, label: label(name), message: errors[name] }]))
}
