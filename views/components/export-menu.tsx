import type { ExportKind } from '#src/exports/filters'
import type { StaffExportKind } from '#src/exports/staff-exports'
import { useText } from '../page-context'
import { formatCount } from './figures'
import { CsrfField } from './form'
import { Icon } from './icon'

type MenuProps<Kind> = {
  kind: Kind
  /** The filter of the page in the words of the API (`start_time`, `site_id`, `type`, …), days already fixed; what is not set is left out. */
  filter: Readonly<Record<string, string | undefined>>
}

/** More rows than this are made in the background; the handler counts them. */
const DIRECT_ROWS = 20_000

/**
 * Takes out what a page shows, as a whole: `<ExportMenu kind="usage" filter={{ start_time, end_time, site_id }} />` as a page's action.
 * A form that is sent, since an export is recorded; a short file answers at once, a long one leads to its progress.
 */
export const ExportMenu = (props: MenuProps<ExportKind>) => <Menu {...props} action="/operator/exports" />

/** The same for our people, of a kind of `src/exports/staff-exports.ts`; shown to those who may take it out. */
export const StaffExportMenu = (props: MenuProps<StaffExportKind>) => <Menu {...props} action="/staff/exports" />

function Menu({ kind, filter, action }: MenuProps<string> & { action: string }) {
  const t = useText()
  return (
    <details class="menu export-menu" data-menu>
      <summary class="button">
        <Icon name="download" />
        {t('export.menu')}
        <Icon name="chevron-down" />
      </summary>
      <form method="post" action={action} class="menu-panel">
        <CsrfField />
        <input type="hidden" name="kind" value={kind} />
        {Object.entries(filter).map(([name, value]) =>
          value === undefined ? null : <input key={name} type="hidden" name={name} value={value} />,
        )}
        <button type="submit" class="menu-item" name="format" value="excel">
          {t('export.excel')}
        </button>
        <button type="submit" class="menu-item" name="format" value="csv">
          {t('export.csv')}
        </button>
        <label class="check">
          <input type="checkbox" name="background" value="true" />
          <span>{t('export.background')}</span>
        </label>
        <p class="menu-note muted">{t('export.menu.note', { rows: formatCount(DIRECT_ROWS) })}</p>
      </form>
    </details>
  )
}
