import type { ComponentChildren } from 'preact'
import { DAY_PRESETS, type DayRange } from '#src/core/day-range'
import { useText } from '../page-context'
import { useAddress, useAsked } from './address'
import { Icon } from './icon'

/**
 * The filters of a list: a GET form, so that the address is the state and a view can be kept and sent. Chips say what is set, each
 * with a link that takes it away; one link clears all. `dates` adds 今天 昨天 近7天 本月 上月 and days of one's own. On a phone the form
 * waits behind a button that counts what is set.
 *
 *   <Filters action="/operator/usage" dates={range} chips={[{ label: '门店：A', clear: ['site'] }]}>
 *     <FilterText name="keyword" label={…} value={…} />
 *     <FilterSelect name="site" label={…} value={…} options={[{ value: '', label: … }]} />
 *   </Filters>
 */
type FiltersProps = {
  action: string
  /** What is set besides the usual view. */
  chips: readonly Chip[]
  dates?: DayRange
  /** Every day may be asked for: 全部 stands beside the named stretches. */
  offersAll?: boolean
  /** Beside the named stretches: what else these days lead to. */
  aside?: ComponentChildren
  /** Query fields that are no fields of the form and stay as they are, such as a tab; page size and named stretch always do. */
  keep?: readonly string[]
  children?: ComponentChildren
}
export type Chip = { label: string; clear: readonly string[] }

export function Filters({ action, chips, dates, offersAll = false, aside, keep = [], children }: FiltersProps) {
  const t = useText()
  const asked = useAsked()
  const kept = [...keep, 'size', ...(dates ? ['range'] : [])]
  return (
    <search class="filters">
      {dates && (
        <div class="filters-line">
          <Presets dates={dates} offersAll={offersAll} />
          {aside}
        </div>
      )}
      <details class="filters-toggle">
        <summary class="button">
          <Icon name="list-filter" />
          {t('filter.apply')}
          {chips.length > 0 && <span class="tab-count">{chips.length}</span>}
          <Icon name="chevron-down" />
        </summary>
      </details>
      <form method="get" action={action} class="filters-form">
        {kept.map((name) => {
          const value = asked(name)
          return value === undefined ? null : <input key={name} type="hidden" name={name} value={value} />
        })}
        {children}
        {dates && <Days dates={dates} />}
        <button type="submit" class="button">
          <Icon name="search" />
          {t('filter.apply')}
        </button>
      </form>
      <Chips chips={chips} keep={keep} action={action} />
    </search>
  )
}

function Presets({ dates, offersAll }: { dates: DayRange; offersAll: boolean }) {
  const t = useText()
  const address = useAddress()
  return (
    <nav class="segments wrap" aria-label={t('filter.days')}>
      {offersAll && (
        <a href={address({ range: null, from: null, to: null })} aria-current={dates.chosen === 'all' ? 'true' : undefined}>
          {t('filter.all')}
        </a>
      )}
      {DAY_PRESETS.map((preset) => (
        <a key={preset} href={address({ range: preset, from: null, to: null })} aria-current={dates.chosen === preset ? 'true' : undefined}>
          {t(`filter.days.${preset}`)}
        </a>
      ))}
      {dates.chosen === 'custom' && <b aria-current="true">{t('filter.days.custom')}</b>}
    </nav>
  )
}

/** Filled in only for days of one's own: otherwise sending the form would turn "this month" into fixed days. */
function Days({ dates }: { dates: DayRange }) {
  const t = useText()
  const own = dates.chosen === 'custom'
  return (
    <div class="filter-days">
      <FilterDay name="from" label={t('filter.from')} value={own ? dates.first : null} />
      <FilterDay name="to" label={t('filter.to')} value={own ? dates.last : null} />
    </div>
  )
}

const FilterDay = ({ name, label, value }: { name: string; label: string; value: string | null }) => (
  <div class="filter">
    <label for={`filter-${name}`}>{label}</label>
    <input id={`filter-${name}`} type="date" name={name} value={value ?? undefined} />
  </div>
)

/** What is set, each with a link that takes it away; for lists whose filters stand elsewhere. */
export function Chips({ chips, keep, action }: Required<Pick<FiltersProps, 'chips' | 'keep' | 'action'>>) {
  const t = useText()
  const address = useAddress()
  const asked = useAsked()
  if (chips.length === 0) return null
  const tab = keep.flatMap((name) => (asked(name) === undefined ? [] : [`${name}=${encodeURIComponent(asked(name)!)}`])).join('&')
  return (
    <ul class="chips" aria-label={t('filter.set')}>
      {chips.map((chip) => (
        <li key={chip.clear.join()}>
          <a class="chip" href={address(Object.fromEntries(chip.clear.map((name) => [name, null])))}>
            <bdi>{chip.label}</bdi>
            <Icon name="x" />
            <span class="sr-only">{t('filter.remove')}</span>
          </a>
        </li>
      ))}
      <li>
        <a class="chip-clear" href={tab ? `${action}?${tab}` : action}>
          {t('filter.clear')}
        </a>
      </li>
    </ul>
  )
}

type FilterField = { name: string; label: string; value: string | undefined }

/** Words to look for. */
export const FilterText = ({ name, label, value, placeholder }: FilterField & { placeholder?: string }) => (
  <div class="filter wide">
    <label for={`filter-${name}`}>{label}</label>
    <input
      id={`filter-${name}`}
      type="search"
      name={name}
      value={value}
      maxLength={100}
      placeholder={placeholder}
      spellcheck={false}
      autocomplete="off"
      data-filter-focus
    />
  </div>
)

/** One of several; the first option, with the empty value, means all. */
export const FilterSelect = ({
  name,
  label,
  value = '',
  options,
}: FilterField & { options: readonly { value: string; label: string }[] }) => (
  <div class="filter">
    <label for={`filter-${name}`}>{label}</label>
    <select id={`filter-${name}`} name={name}>
      {options.map((option) => (
        <option key={option.value} value={option.value} selected={option.value === value}>
          {option.label}
        </option>
      ))}
    </select>
  </div>
)

/** Yes or not said. */
export const FilterCheck = ({ name, label, checked }: { name: string; label: string; checked: boolean }) => (
  <label class="check filter-check">
    <input type="checkbox" name={name} value="true" checked={checked} />
    <span>{label}</span>
  </label>
)
