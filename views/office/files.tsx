import type { CaseFile } from '#src/office/queries'
import { formatBytes } from '../components/figures'
import { CsrfField, FileField } from '../components/form'
import { Icon } from '../components/icon'
import { useText } from '../page-context'
import { OFFICE_PATH } from './words'

/** Files of a request, each opened as it was handed in. */
export function Files({ of, mayRemove = false }: { of: readonly CaseFile[]; mayRemove?: boolean }) {
  const t = useText()
  if (of.length === 0) return <p class="muted">{t('office.files.none')}</p>
  return (
    <ul class="office-files">
      {of.map((file) => (
        <li key={file.id}>
          <a href={`${OFFICE_PATH}/attachments/${file.id}/file`}>
            <Icon name="file-text" /> <bdi>{file.name}</bdi>
          </a>
          <span class="muted">{formatBytes(file.bytes)}</span>
          {file.kind === 'payment' && <span class="muted">{t('office.files.payment')}</span>}
          {mayRemove && (
            <form method="post" action={`${OFFICE_PATH}/attachments/${file.id}/removal`}>
              <CsrfField />
              <button type="submit" class="button">
                {t('office.files.remove')}
                <span class="sr-only"> {file.name}</span>
              </button>
            </form>
          )}
        </li>
      ))}
    </ul>
  )
}

type UploadProps = { action: string; label: string; verb: string; error?: string | undefined }

/** One file at a time, so that each is checked and answered by itself. */
export function UploadForm({ action, label, verb, error }: UploadProps) {
  const t = useText()
  return (
    <form method="post" action={action} encType="multipart/form-data" class="form narrow" data-once>
      <CsrfField />
      <FileField name="file" label={label} hint={t('office.files.hint')} error={error} accept="image/png,image/jpeg,application/pdf" />
      <div class="form-actions">
        <button type="submit" class="button" data-sending={t('form.sending')}>
          {verb}
        </button>
      </div>
    </form>
  )
}
