import { usePage, useText } from '../page-context'

/** The product's mark and name, leading home. */
export function Brand({ href }: { href: string }) {
  const { assets } = usePage()
  const t = useText()
  return (
    <a class="brand" href={href}>
      <img src={assets['favicon.svg']} width="24" height="24" alt="" />
      <span>{t('product.short')}</span>
    </a>
  )
}
