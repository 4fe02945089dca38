import { useText } from '../page-context'

/** What need not be read over a shoulder: `138****5678`, shown whole on request and hidden again after 30 seconds. */
export function Masked({ masked, whole }: { masked: string; whole: string }) {
  const t = useText()
  return (
    <span class="masked">
      <span data-masked={masked} data-whole={whole}>
        {masked}
      </span>
      <button type="button" class="link-button" data-unmask data-show={t('common.show')} data-hide={t('common.hide')} hidden>
        {t('common.show')}
      </button>
    </span>
  )
}

/** `138****5678`. */
export const maskPhone = (phone: string): string => phone.replace(/^(.{3}).*(.{4})$/, '$1****$2')

/** `l***@example.com`. */
export const maskEmail = (email: string): string => email.replace(/^(.).*(?=@)/u, '$1***')
