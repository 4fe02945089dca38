import { CsrfField } from '../components/form'
import { Icon } from '../components/icon'
import { useMay } from '../components/may'
import { useText } from '../page-context'

/** The jobs whose run can be asked for here. */
export type CheckJob = 'schema-verify' | 'ledger-audit'

/** A run at once, for who may ask for one. */
export function RunCheck({ job, verb, isUnderWay }: { job: CheckJob; verb: string; isUnderWay: boolean }) {
  const t = useText()
  const may = useMay()
  if (isUnderWay) return <p class="muted">{t('checks.running')}</p>
  if (!may('job:run')) return null
  return (
    <form method="post" action="/admin/schema-checks" class="form" data-once>
      <CsrfField />
      <input type="hidden" name="job" value={job} />
      <div class="form-actions">
        <button type="submit" class="button" data-sending={t('form.sending')}>
          <Icon name="shield-check" />
          {verb}
        </button>
      </div>
    </form>
  )
}
