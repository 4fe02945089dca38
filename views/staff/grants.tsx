import type { Permission } from '#src/permissions/permissions'
import { DataTable } from '../components/data-table'
import { CsrfField, SubmitButton } from '../components/form'
import { Icon } from '../components/icon'
import { Panel } from '../components/panel'
import { useText } from '../page-context'
import type { MemberProps } from './member'
import { PERMISSION_GROUPS, permissionWords } from './seat'
import { memberPath } from './staff-tabs'

/** A box's name begins with this; the permission follows. */
export const GRANT_FIELD = 'grant-'

const IN_ORDER: readonly Permission[] = Object.values(PERMISSION_GROUPS).flat()

/** What a person may do: the rows that come with the post, and boxes for those that can be granted besides. */
export function GrantsForm({ desk, member, rights, closed }: MemberProps) {
  const t = useText()
  const mayGrant = closed === null && rights.offered.length > 0
  const note = member.seat === 'super_admin' ? t('staff.rights.all') : t('staff.rights.note')
  return (
    <Panel id="rights" title={t('staff.rights')} note={note}>
      {mayGrant ? (
        <form method="post" action={`${memberPath(desk, member.id)}/permissions`} class="form" data-once>
          <CsrfField />
          <input type="hidden" name="seen" value={member.seen} />
          <RightsTable rights={rights} mayGrant />
          <div class="form-actions">
            <SubmitButton>{t('staff.rights.verb')}</SubmitButton>
          </div>
        </form>
      ) : (
        <>
          {closed === null && member.seat !== 'super_admin' && <p class="muted">{t('staff.rights.none')}</p>}
          <RightsTable rights={rights} mayGrant={false} />
        </>
      )}
    </Panel>
  )
}

function RightsTable({ rights, mayGrant }: Pick<MemberProps, 'rights'> & { mayGrant: boolean }) {
  const t = useText()
  const rows = IN_ORDER.filter((key) => rights.seat.includes(key) || rights.offered.includes(key) || rights.granted.includes(key))
  const isGranted = (key: Permission): boolean => rights.granted.includes(key)
  return (
    <DataTable
      compact
      caption={t('staff.rights')}
      rows={rows}
      rowKey={(key) => key}
      empty={null}
      columns={[
        { head: t('staff.rights.key'), cell: (key) => <PermissionName of={key} />, wide: true },
        { head: t('staff.rights.seat'), cell: (key) => <Mark on={rights.seat.includes(key)} /> },
        {
          head: t('staff.rights.granted'),
          cell: (key) =>
            mayGrant && rights.offered.includes(key) ? <Box of={key} checked={isGranted(key)} /> : <Mark on={isGranted(key)} />,
        },
      ]}
    />
  )
}

/** The words and, for whoever asks about a refusal, the key. */
export function PermissionName({ of }: { of: Permission }) {
  const t = useText()
  return (
    <>
      {t(permissionWords(of) as 'permission.operator-view')} <code class="muted">{of}</code>
    </>
  )
}

function Box({ of, checked }: { of: Permission; checked: boolean }) {
  const t = useText()
  return (
    <label class="check">
      <input type="checkbox" name={GRANT_FIELD + of} value="true" checked={checked} />
      <span>
        {t('staff.rights.grant')}
        <span class="sr-only"> {t(permissionWords(of) as 'permission.operator-view')}</span>
      </span>
    </label>
  )
}

export function Mark({ on }: { on: boolean }) {
  const t = useText()
  return on ? (
    <>
      <Icon name="circle-check" />
      <span class="sr-only">{t('staff.rights.yes')}</span>
    </>
  ) : (
    <>
      <span aria-hidden="true">–</span>
      <span class="sr-only">{t('staff.roles.no')}</span>
    </>
  )
}
