import type { CaseAct } from '#src/core/office'
import { ConfirmForm } from '../components/confirm'
import { CsrfField, Select, TextArea } from '../components/form'
import { Notice } from '../components/notice'
import { Radios } from '../components/radios'
import { Layout } from '../layout'
import { useText } from '../page-context'
import type { Colleague } from './case-form'
import { UploadForm } from './files'
import { casePath } from './words'

export type LinkedAct = Extract<CaseAct, 'reject' | 'send_back' | 'transfer' | 'add_signer' | 'pay' | 'withdraw' | 'copy'>
export type ActProps = {
  id: string
  /** The form's name with its number. */
  subject: string
  act: LinkedAct
  /** Whom it can go to, or the nodes it can go back to. */
  colleagues: readonly Colleague[]
  places: readonly { key: string; name: string | null }[]
  values: { comment: string; to: string; where: string }
  errors: { comment?: string | undefined; to?: string | undefined; file?: string | undefined }
  message: string | null
}

/** `/office/cases/:id/act?do=…`: what needs a reason, a person or a place, each on a page of its own that names the request. */
export function ActPage(props: ActProps) {
  const { id, subject, act, message, errors } = props
  const t = useText()
  const title = t(`office.act.${act}`)
  return (
    <Layout title={title} trail={[{ href: casePath(id), label: subject }]}>
      <section class="panel medium" aria-label={title}>
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <p>
          <bdi>{t(`office.effect.${act}`, { subject })}</bdi>
        </p>
        {act === 'pay' ? (
          <UploadForm action={`${casePath(id)}/payment`} label={t('office.pay.proof')} verb={title} error={errors.file} />
        ) : act === 'withdraw' ? (
          <ConfirmForm id="withdraw" action={`${casePath(id)}/act`} verb={title} back={casePath(id)} fields={{ act }}>
            <p>{t('office.withdraw.note')}</p>
          </ConfirmForm>
        ) : (
          <Reasoned {...props} title={title} />
        )}
      </section>
    </Layout>
  )
}

function Reasoned({ id, act, colleagues, places, values, errors, title }: ActProps & { title: string }) {
  const t = useText()
  const isFinal = act === 'reject' || act === 'send_back'
  return (
    <form method="post" action={`${casePath(id)}/act`} class="form" data-once noValidate>
      <CsrfField />
      <input type="hidden" name="act" value={act} />
      {act === 'send_back' && (
        <Select
          name="to"
          label={t('office.to.place')}
          value={values.to}
          error={errors.to}
          options={places.map(({ key, name }) => ({ value: key, label: name ?? t('office.node.start') }))}
        />
      )}
      {(act === 'transfer' || act === 'add_signer' || act === 'copy') && (
        <Select
          name="to"
          label={t('office.to.person')}
          value={values.to}
          error={errors.to}
          options={[
            { value: '', label: t('office.nobody') },
            ...colleagues.map(({ id: value, name, department }) => ({ value, label: department ? `${name} · ${department}` : name })),
          ]}
        />
      )}
      {act === 'add_signer' && (
        <Radios
          legend={t('office.where')}
          name="where"
          value={values.where || 'before'}
          options={(['before', 'after'] as const).map((value) => ({ value, label: t(`office.where.${value}`) }))}
        />
      )}
      {act !== 'copy' && (
        <TextArea
          name="comment"
          label={t('office.comment')}
          hint={isFinal ? t('office.comment.hint') : undefined}
          value={values.comment}
          error={errors.comment}
          maxLength={200}
          optional={!isFinal}
        />
      )}
      <div class="form-actions">
        <button type="submit" class={act === 'reject' ? 'button danger' : 'button primary'} data-sending={t('form.sending')}>
          {title}
        </button>
        <a class="button" href={casePath(id)}>
          {t('form.back')}
        </a>
      </div>
    </form>
  )
}

/** `/office/cases/:id/delete`. */
export function DeleteDraftPage({ id, subject }: { id: string; subject: string }) {
  const t = useText()
  return (
    <Layout title={t('office.delete')} trail={[{ href: casePath(id), label: subject }]}>
      <section class="panel medium" aria-label={t('office.delete')}>
        <p>
          <bdi>{subject}</bdi>
        </p>
        <ConfirmForm id="delete" action={`${casePath(id)}/delete`} verb={t('office.delete')} back={`${casePath(id)}/edit`}>
          <p>{t('office.delete.note')}</p>
        </ConfirmForm>
      </section>
    </Layout>
  )
}
