import { money } from '#src/core/money'
import { OFFICE_FORMS, OFFICE_PERMISSIONS, type OfficeForm } from '#src/core/office'
import { FORMS } from '#src/office/forms'
import { ActPage, type ActProps, DeleteDraftPage } from '#views/office/act'
import { CasePage, type CaseProps } from '#views/office/case'
import { CaseFormPage, type CaseFormProps } from '#views/office/case-form'
import { CasesPage, type CasesProps } from '#views/office/cases'
import { FlowEditorPage, type FlowEditorProps } from '#views/office/flow-editor'
import { FlowsPage } from '#views/office/flows'
import { OfficeStatisticsPage } from '#views/office/statistics'
import { ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, NOW, type Say, staff } from './sample-props'

const ALL_DAYS = { chosen: 'all', first: null, last: null, stretch: null } as unknown as CasesProps['dates']
const STATES = ['submitted', 'approved', 'rejected', 'returned', 'withdrawn', 'paid', 'draft'] as const

function listProps(say: Say): CasesProps {
  const rows = STATES.map((status, at) => ({
    id: id(at + 1),
    form: OFFICE_FORMS[at % OFFICE_FORMS.length]!,
    status,
    // Its form is checked by the database: no number is ever as long as a name.
    number: status === 'draft' ? null : `BX-20260305-000${at}`,
    applicantName: say('陈晨'),
    department: say('运营部'),
    amount: at % 2 === 0 ? money(31_850 * (at + 1)) : null,
    createdAt: ago(at * DAY),
    submittedAt: status === 'draft' ? null : ago(at * DAY),
    decidedAt: null,
    waitsFor: status === 'submitted' ? [say('赵主管'), say('钱总')] : [],
  }))
  const filter = { form: undefined, status: undefined, keyword: '' }
  return { list: 'tasks', whole: null, cases: slice(rows, null, id(9)), total: 128, filter, dates: ALL_DAYS }
}

const typedOf = (say: Say): Record<string, string> => ({
  amount: say('318.50'),
  occurred_on: '2026-03-04',
  description: say('杭州出差往返高铁票'),
  'items.0.name': say('头显清洁布'),
  'items.0.quantity': say('20'),
  'items.0.price': say('9.90'),
  supplier: say('杭州锐视数码'),
})

const file = (say: Say, at: number) => ({ id: id(at), kind: 'voucher' as const, name: say('高铁票.pdf'), bytes: 482_113, at: NOW })
const people = (say: Say) => [
  { id: id(21), name: say('赵主管'), department: say('运营部'), mayDecide: true },
  { id: id(22), name: say('孙涛'), department: null, mayDecide: false },
]

function formProps(say: Say, form: OfficeForm): CaseFormProps {
  return {
    form,
    fields: FORMS[form].fields,
    id: id(1),
    isNew: true,
    isDraft: true,
    typed: typedOf(say),
    lines: 3,
    total: form === 'caigou' ? money(19_800) : null,
    colleagues: people(say),
    choosable: null,
    files: [],
    errors: {},
    message: null,
  }
}

function caseProps(say: Say): CaseProps {
  const person = (name: string, status: 'approved' | 'open' | 'foreseen', at: Date | null, comment: string | null = null) => ({
    name: say(name),
    forName: status === 'open' ? say('钱总') : null,
    status,
    at,
    comment: comment && say(comment),
  })
  const event = (
    seq: number,
    kind: CaseProps['shown']['events'][number]['kind'],
    more: Partial<CaseProps['shown']['events'][number]> = {},
  ) => ({
    seq,
    kind,
    at: ago(7_200 - seq * 600),
    actorName: say('陈晨'),
    node: null,
    nodeName: null,
    comment: null,
    peopleNames: [],
    ...more,
  })
  return {
    shown: {
      row: {
        id: id(1),
        form: 'caigou',
        status: 'submitted',
        number: say('CG-20260305-0001'),
        applicantId: id(2),
        draft: {},
        department: say('运营部'),
        amount: money(123_800),
        flowVersion: 3,
        chosenId: null,
        path: ['n1', 'n2', 'n3'],
        step: 1,
        round: 2,
        remindedAt: null,
        submittedAt: ago(7_200),
        decidedAt: null,
        createdAt: ago(8_000),
        flow: null,
        copies: [],
      },
      applicantName: say('陈晨'),
      copyNames: [say('何平'), say('许静')],
      entries: [
        {
          name: 'items',
          kind: 'goods',
          value: [
            { name: say('头显清洁布'), quantity: 20, price: money(990), sum: money(19_800) },
            { name: say('一体机电池'), quantity: 4, price: money(26_000), sum: money(104_000) },
          ],
        },
        { name: 'supplier', kind: 'words', value: say('杭州锐视数码') },
        { name: 'needed_on', kind: 'words', value: say('2026-03-12') },
        { name: 'purpose', kind: 'words', value: say('门店耗材补充') },
        { name: 'total', kind: 'money', value: money(123_800) },
      ],
      steps: [
        {
          key: 'n1',
          name: say('运营负责人'),
          kind: 'approve',
          mode: 'any',
          state: 'done',
          people: [person('赵主管', 'approved', ago(3_600), '同意，尽快采购')],
        },
        {
          key: 'n2',
          name: say('联合审核'),
          kind: 'approve',
          mode: 'all',
          state: 'current',
          people: [person('李薇', 'open', null), person('何平', 'approved', ago(60))],
        },
        { key: 'n3', name: say('总经办'), kind: 'approve', mode: 'any', state: 'ahead', people: [person('钱总', 'foreseen', null)] },
        { key: 'pay', name: null, kind: 'pay', mode: null, state: 'ahead', people: [] },
      ],
      events: [
        event(5, 'reminded', { peopleNames: [say('李薇')] }),
        event(4, 'commented', { comment: say('发票随后补上') }),
        event(3, 'sent_back', { node: 'start', comment: say('请补充说明用途') }),
        event(2, 'entered', { actorName: null, node: 'n1', nodeName: say('运营负责人'), peopleNames: [say('赵主管')] }),
        event(1, 'submitted'),
      ],
      files: [file(say, 31), { ...file(say, 32), kind: 'payment' }],
    },
    acts: ['approve', 'reject', 'send_back', 'transfer', 'add_signer', 'copy', 'comment', 'remind', 'withdraw'],
    mayEdit: true,
    comment: say('同意，请尽快'),
    errors: {},
    message: null,
  }
}

function actProps(say: Say, act: ActProps['act']): ActProps {
  const places = [
    { key: 'start', name: null },
    { key: 'n1', name: say('运营负责人') },
  ]
  const values = { comment: say('请补充说明用途'), to: '', where: 'before' }
  return { id: id(1), subject: say('采购申请 CG-20260305-0001'), act, colleagues: people(say), places, values, errors: {}, message: null }
}

function editorProps(say: Say): FlowEditorProps {
  return {
    form: 'baoxiao',
    seen: 3,
    flow: {
      administratorId: id(21),
      nodes: [
        { kind: 'approval', key: 'n1', name: say('运营负责人'), mode: 'any', approvers: [{ kind: 'head' }], copies: [], next: null },
        {
          kind: 'branch',
          key: 'n2',
          name: say('按金额'),
          ways: [{ overFen: '500000', departments: [say('运营部')], to: 'n3' }],
          otherwise: 'end',
        },
        { kind: 'approval', key: 'n3', name: say('总经办'), mode: 'all', approvers: [], copies: [], next: 'end' },
      ],
    },
    versions: [
      { version: 3, authorName: say('系统管理员'), createdAt: NOW },
      { version: 1, authorName: null, createdAt: ago(DAY) },
    ],
    codes: {
      n1: { approvers: ['head', `person:${id(99)}`], copies: [] },
      n3: { approvers: ['seat:super_admin'], copies: [`person:${id(22)}`] },
    },
    most: { approvers: 10, ways: 6 },
    people: people(say),
    departments: [say('运营部'), say('财务部')],
    faults: [
      { name: say('总经办'), what: 'no_approver' },
      { name: null, what: 'administrator' },
    ],
    sample: { amount: say('6000'), applicantId: id(22) },
    preview: [{ key: 'n1', name: say('运营负责人'), mode: 'all', people: [{ name: say('赵主管'), forName: say('钱总') }] }],
    message: say('流程走不通：总经办'),
  }
}

/** The office in its states. */
export function officeSamples(say: Say): Sample[] {
  const viewer = { ...staff(say, 'admin', 'super_admin'), permissions: [...OFFICE_PERMISSIONS], waiting: 12 }
  const at = (name: string, path: string, page: Sample['page']): Sample => ({ name, path, viewer, page })
  const list = listProps(say)
  const none = { ...list, cases: slice([]), total: 0 }
  const long: Say = () => say(LONG)
  const counts = OFFICE_FORMS.map((form, index) => ({
    form,
    started: 24 - index,
    waiting: index,
    approved: 18 - index,
    rejected: 2,
    amount: money(1_284_050 * index),
    medianSeconds: index === 4 ? null : 5_000 * (index + 1) ** 3,
    oldestAt: index === 0 ? null : ago(index * DAY),
  }))
  const acts = ['reject', 'send_back', 'transfer', 'add_signer', 'pay', 'withdraw', 'copy'] as const
  return [
    at('office-tasks', '/office/tasks', <CasesPage {...list} />),
    at('office-tasks-empty', '/office/tasks', <CasesPage {...none} />),
    at(
      'office-mine-filtered',
      '/office/mine?status=rejected',
      <CasesPage {...none} list="mine" filter={{ ...none.filter, status: 'rejected' }} />,
    ),
    at('office-all-long', '/office/all/caigou', <CasesPage {...listProps(long)} list="all" whole="caigou" />),
    ...OFFICE_FORMS.map((form) => at(`office-form-${form}`, `/office/${form}/new`, <CaseFormPage {...formProps(say, form)} />)),
    at(
      'office-form-refused',
      `/office/cases/case_${id(1)}/edit`,
      <CaseFormPage
        {...formProps(say, 'caigou')}
        isNew={false}
        choosable={people(say)}
        files={[file(say, 31)]}
        errors={{
          items: say('第 1 行：须为整数'),
          supplier: say('至少 2 个字符'),
          chosen: say('请选择审批人'),
          file: say('文件最大 5 MB'),
        }}
        message={say('该申请当前的状态不允许此操作')}
      />,
    ),
    at('office-case', `/office/cases/case_${id(1)}`, <CasePage {...caseProps(say)} />),
    at(
      'office-case-long',
      `/office/cases/case_${id(1)}`,
      <CasePage
        {...caseProps(long)}
        acts={['confirm', 'comment']}
        errors={{ comment: say('最多 200 个字符') }}
        message={say('已被处理')}
      />,
    ),
    ...acts.map((act) => at(`office-act-${act}`, `/office/cases/case_${id(1)}/act?do=${act}`, <ActPage {...actProps(say, act)} />)),
    at(
      'office-act-refused',
      `/office/cases/case_${id(1)}/act`,
      <ActPage {...actProps(say, 'transfer')} errors={{ to: say('此人没有审批该表单的权限') }} message={say('已被处理')} />,
    ),
    at('office-delete', `/office/cases/case_${id(1)}/delete`, <DeleteDraftPage id={id(1)} subject={say('报销申请 草稿')} />),
    at(
      'office-statistics',
      '/office/statistics',
      <OfficeStatisticsPage dates={ALL_DAYS} forms={counts} waiting={[{ id: id(1), name: say('李薇'), waiting: 7, oldestAt: ago(DAY) }]} />,
    ),
    at('office-statistics-empty', '/office/statistics', <OfficeStatisticsPage dates={ALL_DAYS} forms={counts} waiting={[]} />),
    at(
      'office-flows',
      '/office/flows',
      <FlowsPage flows={[{ form: 'baoxiao', version: 3, flow: editorProps(say).flow, authorName: say('系统管理员'), createdAt: NOW }]} />,
    ),
    at('office-flow', '/office/flows/baoxiao', <FlowEditorPage {...editorProps(say)} />),
  ]
}
