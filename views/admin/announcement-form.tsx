import type { Uuid } from '#src/core/ids'
import { formatMinute, type Instant } from '#src/core/time'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { CsrfField, describedBy, ErrorSummary, Field, Labelled, Select, SubmitButton, TextArea } from '../components/form'
import { MomentField } from '../components/moment-field'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Radios } from '../components/radios'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Target } from './announcements'

const FIELDS = ['title', 'content', 'category', 'operators', 'publish_at'] as const
type AnnouncementField = (typeof FIELDS)[number]
type AnnouncementValues = Readonly<Record<AnnouncementField, string>> & {
  target: 'all' | 'tier' | 'chosen'
  when: 'now' | 'later'
}
export type AnnouncementFormProps = {
  values: AnnouncementValues
  errors: Partial<Record<AnnouncementField, string>>
  message: string | null
}

const TIERS = ['trial', 'normal', 'vip'] as const
const useTrail = () => {
  const t = useText()
  return [{ href: '/admin/announcements', label: t('announce.title') }]
}

/** `/admin/announcements/new`: the words, for whom and when. Nothing is sent before it was looked at. */
export function AnnouncementFormPage({ values, errors, message }: AnnouncementFormProps) {
  const t = useText()
  const wrong = FIELDS.flatMap((name) => {
    const error = errors[name]
    return error === undefined ? [] : [{ name, label: t(`announce.field.${name}`), message: error }]
  })
  return (
    <Layout title={t('announce.new')} trail={useTrail()}>
      <section class="panel medium">
        {message !== null && <Notice tone="bad" title={message} focus />}
        <ErrorSummary errors={wrong} />
        <form method="post" action="/admin/announcements/new" class="form" noValidate={wrong.length > 0}>
          <CsrfField />
          <Field
            name="title"
            label={t('announce.field.title')}
            hint={t('announce.field.title.hint')}
            value={values.title}
            error={errors.title}
            autocomplete="off"
            maxLength={100}
          />
          <TextArea
            name="content"
            label={t('announce.field.content')}
            hint={t('announce.field.content.hint')}
            value={values.content}
            error={errors.content}
            maxLength={2000}
            rows={8}
          />
          <WhoFields values={values} errors={errors} />
          <Radios
            legend={t('announce.when')}
            name="when"
            value={values.when}
            options={(['now', 'later'] as const).map((value) => ({ value, label: t(`announce.when.${value}`) }))}
          >
            <div data-for="later">
              <MomentField
                name="publish_at"
                type="datetime-local"
                label={t('announce.field.publish_at')}
                hint={t('announce.field.publish_at.hint')}
                value={values.publish_at}
                error={errors.publish_at}
              />
            </div>
          </Radios>
          <div class="form-actions">
            <SubmitButton>{t('announce.preview')}</SubmitButton>
            <a class="button" href="/admin/announcements">
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}

function WhoFields({ values, errors }: Pick<AnnouncementFormProps, 'values' | 'errors'>) {
  const t = useText()
  const hint = t('announce.field.operators.hint')
  return (
    <Radios
      legend={t('announce.who')}
      name="target"
      value={values.target}
      options={(['all', 'tier', 'chosen'] as const).map((value) => ({ value, label: t(`announce.who.${value}`) }))}
    >
      <div data-for="tier">
        <Select
          name="category"
          label={t('announce.field.category')}
          value={values.category}
          error={errors.category}
          options={TIERS.map((value) => ({ value, label: t(`category.${value}`) }))}
        />
      </div>
      <div data-for="chosen">
        <Labelled name="operators" label={t('announce.field.operators')} hint={hint} error={errors.operators}>
          {/* Not required: a field that is out of sight must not hold up the form. */}
          <textarea
            id="operators"
            name="operators"
            rows={4}
            aria-invalid={errors.operators ? 'true' : undefined}
            aria-describedby={describedBy('operators', hint, errors.operators)}
          >
            {values.operators}
          </textarea>
        </Labelled>
      </div>
    </Radios>
  )
}

export type PreviewProps = {
  values: AnnouncementValues
  draft: { title: string; content: string; publishAt: Instant | null; named: readonly { id: Uuid; name: string; username: string }[] }
  recipients: number
  announcementId: Uuid
}

const NAMED = 20

/** The announcement as operators will read it, to how many, and when; from here it is sent or written again. */
export function PreviewPage({ values, draft, recipients, announcementId }: PreviewProps) {
  const t = useText()
  const target = { all: 'all', tier: 'tier', chosen: 'specific' } as const
  const tier = TIERS.find((one) => one === values.category) ?? null
  const count = formatCount(recipients)
  return (
    <Layout title={t('announce.preview.title')} trail={useTrail()}>
      <div class="columns even">
        <Panel id="words" title={t('announce.preview.words')}>
          <h3>
            <bdi>{draft.title}</bdi>
          </h3>
          <p class="prose">
            <bdi>{draft.content}</bdi>
          </p>
        </Panel>
        <Panel id="send" title={t('announce.preview.send')}>
          <Facts
            rows={[
              {
                label: t('announce.target'),
                value: <Target of={{ target: target[values.target], targetCategory: tier, chosen: recipients }} />,
              },
              { label: t('announce.recipients'), value: count },
              { label: t('announce.when'), value: draft.publishAt ? formatMinute(draft.publishAt) : t('announce.when.now') },
            ]}
          />
          {draft.named.length > 0 && (
            <ul class="bullets">
              {draft.named.slice(0, NAMED).map((operator) => (
                <li key={operator.id}>
                  <Name of={operator.name} /> <code>{operator.username}</code>
                </li>
              ))}
              {draft.named.length > NAMED && <li>{t('announce.preview.more', { count: formatCount(draft.named.length - NAMED) })}</li>}
            </ul>
          )}
          {recipients === 0 && <Notice tone="warn" title={t('announce.preview.nobody')} />}
          <form method="post" action="/admin/announcements/new" class="form" data-once>
            <CsrfField />
            {Object.entries(values).map(([name, value]) => (
              <input key={name} type="hidden" name={name} value={value} />
            ))}
            <input type="hidden" name="announcement_id" value={announcementId} />
            <p class="muted">{t(draft.publishAt ? 'announce.preview.effect.later' : 'announce.preview.effect.now')}</p>
            <div class="form-actions">
              <button type="submit" class="button primary" name="step" value="publish" data-sending={t('form.sending')}>
                {draft.publishAt ? t('announce.verb.later', { count }) : t('announce.verb.now', { count })}
              </button>
              <button type="submit" class="button" name="step" value="edit">
                {t('announce.preview.edit')}
              </button>
            </div>
          </form>
        </Panel>
      </div>
    </Layout>
  )
}
