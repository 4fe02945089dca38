import { showId } from '#src/core/ids'
import { OFFICE_FORMS, type OfficeForm } from '#src/core/office'
import type { PlainKey } from '#src/core/text'
import type { CaseList } from '#src/office/queries'
import { useMay } from '../components/may'
import { type Tab, Tabs } from '../components/tabs'
import { usePage, useText } from '../page-context'

export const OFFICE_PATH = '/office'
export const casePath = (id: string): string => `${OFFICE_PATH}/cases/${showId('case', id)}`
export const listPath = (list: CaseList, form?: OfficeForm): string => `${OFFICE_PATH}/${list}${list === 'all' ? `/${form}` : ''}`

/** What a form calls one of its entries, and what an option of it is called. */
export const fieldWords = (form: OfficeForm, name: string): PlainKey => `office.field.${form}.${name}` as PlainKey
export const choiceWords = (form: OfficeForm, option: string): PlainKey => `office.choice.${form}.${option}` as PlainKey

/** The pages of the office beside each other; the number says how many requests wait for the viewer. */
export function OfficeTabs({ current }: { current: CaseList | 'statistics' | 'flows' }) {
  const t = useText()
  const may = useMay()
  const { viewer } = usePage()
  const waiting = viewer && viewer.kind !== 'operator' ? viewer.waiting : 0
  const own: Tab[] = (['tasks', 'mine', 'done', 'copies'] as const).map((list) => ({
    href: listPath(list),
    label: t(`office.list.${list}`),
    current: current === list,
    ...(list === 'tasks' ? { count: waiting } : {}),
  }))
  const [whole] = useWholeForms()
  const others: Tab[] = [
    ...(whole ? [{ href: listPath('all', whole), label: t('office.list.all'), current: current === 'all' }] : []),
    ...(may('office:dashboard')
      ? [{ href: `${OFFICE_PATH}/statistics`, label: t('office.statistics'), current: current === 'statistics' }]
      : []),
    ...(may('office:settings') ? [{ href: `${OFFICE_PATH}/flows`, label: t('office.flows'), current: current === 'flows' }] : []),
  ]
  return <Tabs label={t('nav.group.office')} tabs={[...own, ...others]} />
}

/** Of which forms somebody may see every request. */
export function useWholeForms(): readonly OfficeForm[] {
  const may = useMay()
  return OFFICE_FORMS.filter((form) => may(`office:${form}:view_all`))
}

/** Which of the five somebody may begin. */
export function useNewForms(): readonly OfficeForm[] {
  const may = useMay()
  return OFFICE_FORMS.filter((form) => may(`office:${form}:create`))
}
