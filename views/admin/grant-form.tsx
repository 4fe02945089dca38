import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { useAddress } from '../components/address'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { CsrfField, ErrorSummary, SubmitButton } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { type TermErrors, TermFields, type TermValues, useTermFaults } from './term-fields'

type CandidateRow = {
  id: Uuid
  name: string
  username: string
  category: 'trial' | 'normal' | 'vip'
  createdAt: Instant
  totalConsumed: Money
  /** When an authorisation of the game ended. */
  endedAt: Instant | null
}
export type GrantFormProps = {
  games: readonly { id: Uuid; name: string; isActive: boolean }[]
  filter: { applicationId: Uuid | undefined; keyword: string; category: 'trial' | 'normal' | 'vip' | undefined }
  /** Undefined until a game is chosen. */
  candidates: Slice<CandidateRow> | undefined
  chosen: ReadonlySet<Uuid>
  values: TermValues
  errors: TermErrors
  /** `nothing`: the form was sent with no operator ticked. */
  refusal: 'nothing' | null
}

const TIERS = ['trial', 'normal', 'vip'] as const

/** `/admin/authorizations/new`: a game, then the operators that may start it from now on, one or many. */
export function GrantFormPage(props: GrantFormProps) {
  const t = useText()
  const { candidates, refusal } = props
  return (
    <Layout title={t('grants.new')} trail={[{ href: '/admin/authorizations', label: t('grants.title') }]}>
      {refusal === 'nothing' && <Notice tone="warn" title={t('grants.form.nothing')} focus />}
      <Panel id="choose" title={t('grants.form.game')} note={t('grants.form.note')}>
        <Choice {...props} />
        {candidates ? (
          <Candidates {...props} candidates={candidates} />
        ) : (
          <EmptyState icon="gamepad-2" title={t('grants.form.first')} next={t('grants.form.firstNext')} />
        )}
      </Panel>
    </Layout>
  )
}

function Choice({ games, filter: { applicationId, keyword, category } }: GrantFormProps) {
  const t = useText()
  const label = (game: GrantFormProps['games'][number]) => (game.isActive ? game.name : t('grants.form.retired', { name: game.name }))
  return (
    <Filters action="/admin/authorizations/new" chips={[]}>
      <FilterSelect
        name="app_id"
        label={t('apps.name')}
        value={applicationId && showId('application', applicationId)}
        options={[
          { value: '', label: t('grants.form.choose') },
          ...games.map((game) => ({ value: showId('application', game.id), label: label(game) })),
        ]}
      />
      <FilterText name="keyword" label={t('grants.search')} value={keyword} />
      <FilterSelect
        name="category"
        label={t('access.category')}
        value={category}
        options={[{ value: '', label: t('filter.all') }, ...TIERS.map((value) => ({ value, label: t(`category.${value}`) }))]}
      />
    </Filters>
  )
}

function Candidates({ candidates, chosen, values, errors }: GrantFormProps & { candidates: Slice<CandidateRow> }) {
  const t = useText()
  const address = useAddress()
  const wrong = useTermFaults(errors)
  const one = candidates.rows.length === 1
  if (candidates.rows.length === 0) return <EmptyState icon="search" title={t('grants.form.none')} next={t('grants.form.noneNext')} />
  return (
    <>
      <ErrorSummary errors={wrong} />
      <form method="post" action={address({})} class="form" data-once noValidate={wrong.length > 0}>
        <CsrfField />
        <DataTable
          caption={t('grants.form.operators')}
          rows={candidates.rows}
          rowKey={(row) => row.id}
          empty={null}
          columns={[
            { head: t('access.choose'), cell: (row) => <Tick of={row} ticked={one || chosen.has(row.id)} /> },
            { head: t('access.operator'), cell: (row) => <Name of={row.name} />, wide: true },
            { head: t('access.username'), cell: (row) => <Name of={row.username} /> },
            { head: t('access.category'), cell: (row) => t(`category.${row.category}`) },
            { head: t('access.consumed'), cell: (row) => <Yuan of={row.totalConsumed} />, number: true },
            { head: t('grants.form.ended'), cell: (row) => (row.endedAt ? <Moment at={row.endedAt} /> : '–') },
            { head: t('access.since'), cell: (row) => <Moment at={row.createdAt} /> },
          ]}
        />
        <Pager of={candidates} />
        <div class="form narrow">
          <TermFields values={values} errors={errors} />
          <p class="muted">{t('grants.form.effect')}</p>
        </div>
        <div class="form-actions">
          <SubmitButton>{t('grants.form.verb')}</SubmitButton>
          <a class="button" href="/admin/authorizations">
            {t('form.cancel')}
          </a>
        </div>
      </form>
    </>
  )
}

function Tick({ of, ticked }: { of: CandidateRow; ticked: boolean }) {
  const t = useText()
  return (
    <label class="check tick">
      <input type="checkbox" name={`operator.${of.id}`} value="true" checked={ticked} />
      <span class="sr-only">{t('grants.form.chooseOne', { operator: of.name })}</span>
    </label>
  )
}
