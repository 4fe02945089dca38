import { usePage } from '../page-context'

/** Every icon in use; `bun views/assets/build-icons.ts` makes the sprite from this list. */
export const ICONS = [
  'arrow-down-left',
  'arrow-down-right',
  'arrow-right',
  'arrow-up-right',
  'bell',
  'chart-column',
  'chevron-down',
  'chevron-left',
  'chevron-right',
  'circle',
  'circle-alert',
  'circle-check',
  'circle-user',
  'circle-x',
  'copy',
  'download',
  'file-text',
  'gamepad-2',
  'history',
  'house',
  'inbox',
  'info',
  'key-round',
  'keyboard',
  'landmark',
  'list-filter',
  'loader-circle',
  'log-out',
  'menu',
  'monitor',
  'moon',
  'receipt',
  'search',
  'settings',
  'shield-check',
  'store',
  'sun',
  'triangle-alert',
  'wallet',
  'x',
] as const

export type IconName = (typeof ICONS)[number]

/** Decoration beside words; a button with only an icon carries its name itself. */
export function Icon({ name, size = 16 }: { name: IconName; size?: 16 | 20 }) {
  const { assets } = usePage()
  return (
    <svg class="icon" width={size} height={size} aria-hidden="true" focusable="false">
      <use href={`${assets['icons.svg']}#${name}`} />
    </svg>
  )
}
