import { DataTable } from '../components/data-table'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import {
  groupOf,
  SETTING_GROUPS,
  type SettingGroup,
  type SettingView,
  useSettingRange,
  useSettingWords,
  useShownSetting,
} from './settings-words'

/** `/admin/settings`: everything that may be tuned, by what it is about. */
export function SettingsPage({ settings }: { settings: readonly SettingView[] }) {
  const t = useText()
  return (
    <Layout title={t('settings.title')} note={t('settings.note')}>
      <div class="settings">
        {SETTING_GROUPS.map((group) => (
          <Group key={group} group={group} settings={settings.filter(({ key }) => groupOf(key) === group)} />
        ))}
      </div>
    </Layout>
  )
}

function Group({ group, settings }: { group: SettingGroup; settings: readonly SettingView[] }) {
  const t = useText()
  const words = useSettingWords()
  const shown = useShownSetting()
  const range = useSettingRange()
  if (settings.length === 0) return null
  return (
    <Panel id={group} title={t(`settings.group.${group}`)}>
      <DataTable
        caption={t(`settings.group.${group}`)}
        rows={settings}
        rowKey={(row) => row.key}
        empty={null}
        columns={[
          {
            head: t('settings.name'),
            cell: (row) => (
              <>
                {words(row.key).name}
                <span class="cell-more">
                  <code>{row.key}</code>
                </span>
              </>
            ),
            wide: true,
          },
          {
            head: t('settings.value'),
            cell: (row) => (
              <b>
                <Name of={shown(row, row.value)} />
              </b>
            ),
          },
          { head: t('settings.range'), cell: (row) => <span class="muted">{range(row)}</span>, wide: true },
          { head: t('settings.changed'), cell: (row) => <Changed of={row} /> },
          {
            head: t('settings.edit'),
            action: true,
            cell: (row) => (
              <a href={settingPath(row.key)} aria-label={t('settings.edit.of', { name: words(row.key).name })}>
                {t('settings.edit')}
              </a>
            ),
          },
        ]}
      />
    </Panel>
  )
}

function Changed({ of }: { of: SettingView }) {
  const t = useText()
  if (of.updatedByName === null) return <span class="muted">{t(of.value === of.fallback ? 'settings.is.default' : 'settings.never')}</span>
  return (
    <>
      <Moment at={of.updatedAt} />
      <span class="cell-more">
        <Name of={of.updatedByName} />
      </span>
    </>
  )
}

export const settingPath = (key: string): string => `/admin/settings/${key}`
