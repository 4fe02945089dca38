import { PAGE_SIZES, type Slice } from '#src/core/keyset'
import { useText } from '../page-context'
import { useAddress, useAsked } from './address'
import { Icon } from './icon'

/**
 * Under a list: the pages before and after by key, never by number, and how many rows a page has. `of` is what `cutPage`
 * (core/keyset.ts) gave; `note` says a total where one is cheap, else "约". Nothing is shown for a list that fits on the smallest page.
 */
export function Pager({ of, note }: { of: Omit<Slice<unknown>, 'rows'> & { rows: readonly unknown[] }; note?: string }) {
  const t = useText()
  const address = useAddress()
  const asked = useAsked()
  const deep = asked('after') !== undefined || asked('before') !== undefined
  const onlyPage = of.newer === null && of.older === null && !deep
  if (onlyPage && of.rows.length <= PAGE_SIZES[0]) return note ? <p class="pager-note">{note}</p> : null
  return (
    <nav class="pager" aria-label={t('pager.pages')}>
      {note && <p class="pager-note">{note}</p>}
      <p class="pager-sizes">
        <span class="muted">{t('pager.size')}</span>
        {PAGE_SIZES.map((size) => (
          <a key={size} href={address({ size: String(size) })} aria-current={of.size === size ? 'true' : undefined}>
            {size}
          </a>
        ))}
      </p>
      <p class="pager-steps">
        {deep && of.newer === null && <a href={address({})}>{t('pager.first')}</a>}
        <Step href={of.newer && address({ before: of.newer })} rel="prev" words={t('pager.newer')} />
        <Step href={of.older && address({ after: of.older })} rel="next" words={t('pager.older')} />
      </p>
    </nav>
  )
}

/** A page that is not there is said, not linked, so that the other one keeps its place. */
const Step = ({ href, rel, words }: { href: string | null; rel: 'prev' | 'next'; words: string }) => {
  const inside = (
    <>
      {rel === 'prev' && <Icon name="chevron-left" />}
      {words}
      {rel === 'next' && <Icon name="chevron-right" />}
    </>
  )
  return href ? (
    <a class="button" href={href} rel={rel}>
      {inside}
    </a>
  ) : (
    <span class="button off">{inside}</span>
  )
}
