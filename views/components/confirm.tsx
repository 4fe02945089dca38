import type { ComponentChildren } from 'preact'
import { useText } from '../page-context'
import { CsrfField } from './form'
import { Icon, type IconName } from './icon'

/**
 * Asks before something that cannot be taken back. `ConfirmLink` is a link to a page of its own that holds the `ConfirmForm` and
 * works without JavaScript; with it the same form opens as a `<dialog>` over the page. The title names the object, the children name
 * the effect, the button says the verb ("删除门店"), never 确定.
 */
type ConfirmProps = {
  /** Unique on the page. */
  id: string
  title: ComponentChildren
  /** Where the form is sent. */
  action: string
  verb: string
  /** Where 返回 leads to. */
  back: string
  /** What is meant, and what follows from it. */
  children: ComponentChildren
  /** Sent along. */
  fields?: Readonly<Record<string, string>>
  tone?: 'danger' | 'primary'
}

export function ConfirmForm({ id, action, verb, back, children, fields = {}, tone = 'danger' }: Omit<ConfirmProps, 'title'>) {
  const t = useText()
  return (
    <form method="post" action={action} class="form confirm" data-once>
      <CsrfField />
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <div class="confirm-text" id={`${id}-text`}>
        {children}
      </div>
      <div class="form-actions">
        <button type="submit" class={`button ${tone}`} data-sending={t('form.sending')}>
          {verb}
        </button>
        <a class="button" href={back} data-dialog-close>
          {t('form.back')}
        </a>
      </div>
    </form>
  )
}

type LinkProps = ConfirmProps & {
  /** The page that asks. */
  href: string
  label: ComponentChildren
  icon?: IconName
  look?: 'button' | 'link'
}

export function ConfirmLink({ href, label, icon, look = 'button', title, ...form }: LinkProps) {
  return (
    <>
      <a class={look === 'button' ? 'button' : undefined} href={href} data-dialog={form.id}>
        {icon && <Icon name={icon} />}
        {label}
      </a>
      <dialog class="dialog" id={form.id} aria-labelledby={`${form.id}-title`} aria-describedby={`${form.id}-text`}>
        <h2 id={`${form.id}-title`}>{title}</h2>
        <ConfirmForm {...form} />
      </dialog>
    </>
  )
}
