import type { LedgerStateView } from '#views/admin/ledger-checks'
import { type CheckSummaryView, SchemaChecksPage, type SchemaChecksProps, type SchemaCheckView } from '#views/admin/schema-checks'
import { ago, id, type Sample } from './sample-parts'
import { type Say, staff } from './sample-props'

const aCheck = (say: Say, at: number): CheckSummaryView => ({
  ...{ id: id(at), cause: at % 2 === 0 ? 'job' : 'command', status: at % 3 === 1 ? 'drift' : 'sound', release: say('0.1.0') },
  ...{ migration: at === 4 ? null : say('0028_service_level'), objects: 1_902, probes: 439, count: at % 3 === 1 ? 3 : 0 },
  ...{ startedAt: ago(at * 3_600), finishedAt: ago(at * 3_600 - 1) },
})

const drifted = (say: Say): SchemaCheckView => {
  const { count: _, ...facts } = aCheck(say, 1)
  return {
    ...facts,
    findings: [
      { part: 'migration', kind: 'missing', name: say('0026_checks') },
      {
        ...{ part: 'object', kind: 'changed', name: say('constraint admin_accounts.admin_role') },
        expected: say(
          "CHECK ((role = ANY (ARRAY['super_admin'::text, 'admin'::text, 'operator'::text, 'finance'::text, 'analyst'::text])))",
        ),
        found: say("CHECK ((role = ANY (ARRAY['super_admin'::text, 'admin'::text])))"),
      },
      { part: 'object', kind: 'extra', name: say('grant transaction_records to PUBLIC'), found: say('UPDATE') },
      {
        ...{ part: 'probe', kind: 'failed', name: say('admin_accounts.role takes finance'), expected: 'accepted' },
        found: say('refused by admin_role: new row for relation "admin_accounts" violates check constraint "admin_role"'),
      },
      { part: 'data', kind: 'missing', name: say('report schedule daily'), expected: say('a row of report_schedules') },
    ],
  }
}

const unsound = (say: Say): LedgerStateView => ({
  whole: { at: ago(9_000), rows: 4_812_377, findings: 1 },
  touchedAt: ago(20),
  findings: [
    { rule: 'I10', operatorId: id(40), row: say('seq 3812 (txn_019b7a00)'), text: say('its hash does not match its content') },
    {
      rule: 'I11',
      operatorId: null,
      row: say('transaction_records'),
      text: say('1 rows of the append-only journal were changed or removed'),
    },
    { rule: say('I99'), operatorId: null, row: say('op_'), text: say('unheard of') },
  ],
})

const some = (say: Say): SchemaChecksProps => ({
  ...{ check: drifted(say), isLatest: false, ledger: unsound(say), history: [0, 1, 2, 3, 4].map((at) => aCheck(say, at)) },
  ...{ older: id(4), filter: { drift: true }, underWay: ['ledger-audit'], message: say('任务已经在等待或运行') },
})

const sound = (say: Say): SchemaChecksProps => {
  const { count: _, ...facts } = aCheck(say, 0)
  const ledger = { whole: { at: ago(9_000), rows: 4_812_377, findings: 0 }, touchedAt: ago(20), findings: [] }
  return {
    ...{ check: { ...facts, findings: [] }, isLatest: true, ledger, history: [aCheck(say, 0)] },
    ...{ older: null, filter: { drift: false }, underWay: [], message: null },
  }
}

const none: SchemaChecksProps = {
  ...{ check: null, isLatest: true, ledger: { whole: null, touchedAt: null, findings: [] }, history: [] },
  ...{ older: null, filter: { drift: false }, underWay: [], message: null },
}

export function checkSamples(say: Say): Sample[] {
  const viewer = { ...staff(say, 'admin', 'super_admin'), permissions: ['job:run', 'operator:view'] }
  const at = (name: string, page: Sample['page']): Sample => ({ name, path: '/admin/schema-checks', viewer, page })
  return [
    at('schema-checks', <SchemaChecksPage {...some(say)} />),
    at('schema-checks-sound', <SchemaChecksPage {...sound(say)} />),
    at('schema-checks-none', <SchemaChecksPage {...none} />),
  ]
}
