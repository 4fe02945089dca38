import { formatYuan, parseYuan } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { Facts } from '../components/facts'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Author, Days, Next, Progress, REPORTS_PATH, Refresh, type ReportView, reportPath, Size } from './report-parts'

type MailView = { address: string; status: 'queued' | 'sent' | 'failed' | 'skipped'; at: Instant | null }
export type ReportProps = {
  report: ReportView
  mails: readonly MailView[]
  refusal: string | null
}

/** `/finance/reports/:id`: one report, what is in it, its file and whom it was sent to. */
export function ReportPage({ report, mails, refusal }: ReportProps) {
  const t = useText()
  return (
    <Layout
      title={t(`reports.paper.${report.reportType}`)}
      note={<Days of={report} />}
      trail={[{ href: REPORTS_PATH, label: t('reports.title') }]}
      action={report.status === 'generating' ? undefined : <Next of={report} primary />}
    >
      {refusal && (
        <Notice tone="bad" title={t('reports.refused')} focus>
          <p>{refusal}</p>
        </Notice>
      )}
      <div class="stack" id="report">
        {report.figures && <Figures of={report.figures} />}
        <About of={report} />
        <Mails report={report} mails={mails} />
        {report.status === 'generating' && <Refresh panel="report" path={reportPath(report)} />}
      </div>
    </Layout>
  )
}

const FIGURES = [
  ['recharge', 'arrow-down-left'],
  ['refund', 'arrow-up-right'],
  ['net', 'landmark'],
  ['consumption', 'gamepad-2'],
  ['opening', 'wallet'],
  ['closing', 'wallet'],
] as const

function Figures({ of }: { of: NonNullable<ReportView['figures']> }) {
  const t = useText()
  return (
    <section class="tiles" aria-label={t('reports.case.figures')}>
      {FIGURES.map(([name, icon]) => (
        <StatTile key={name} label={t(`reports.figure.${name}`)} icon={icon} figure={shown(of[name])} />
      ))}
    </section>
  )
}

const shown = (yuan: string): string => `${yuan.startsWith('-') ? '−' : ''}${formatYuan(parseYuan(yuan.replace('-', ''))!)}`

function About({ of }: { of: ReportView }) {
  const t = useText()
  return (
    <Panel id="about" title={t('reports.case.facts')}>
      <Facts
        rows={[
          { label: t('reports.head.state'), value: <Progress of={of} /> },
          { label: t('reports.head.period'), value: <Days of={of} /> },
          { label: t('reports.case.sections'), value: of.sections.map((key) => t(`reports.section.${key}`)).join(' · ') },
          { label: t('reports.form.format'), value: `${t(`reports.format.${of.format}`)} · ${t(`reports.language.${of.language}`)}` },
          { label: t('reports.head.by'), value: <Author of={of} /> },
          { label: t('reports.head.at'), value: <Moment at={of.createdAt} /> },
          ...(of.completedAt ? [{ label: t('reports.case.completed'), value: <Moment at={of.completedAt} /> }] : []),
          ...(of.fileSha256 ? [{ label: t('reports.case.file'), value: <File of={of} sha256={of.fileSha256} /> }] : []),
          ...linked(of.repeats, t('reports.case.repeats'), t('reports.head.report')),
          ...linked(of.repeatedBy, t('reports.case.repeated'), t('reports.again')),
        ]}
      />
    </Panel>
  )
}

const linked = (id: string | null, words: string, label: string) =>
  id === null ? [] : [{ label, value: <a href={reportPath({ id })}>{words}</a> }]

function File({ of, sha256 }: { of: ReportView; sha256: Uint8Array }) {
  return (
    <div>
      {of.fileName} · <Size of={of} />
      <span class="cell-more">
        SHA-256 <code class="digest">{[...sha256].map((byte) => byte.toString(16).padStart(2, '0')).join('')}</code>
      </span>
    </div>
  )
}

/** Before the report is ready: whom it will go to. */
function Mails({ report, mails }: { report: ReportView; mails: readonly MailView[] }) {
  const t = useText()
  if (report.recipients.length === 0) return null
  if (mails.length === 0)
    return report.status === 'generating' ? (
      <Panel id="mails" title={t('reports.mails')} note={t('reports.mails.later')}>
        <ul class="list">
          {report.recipients.map((address) => (
            <li key={address}>
              <Name of={address} />
            </li>
          ))}
        </ul>
      </Panel>
    ) : null
  return (
    <Panel id="mails" title={t('reports.mails')}>
      <DataTable
        caption={t('reports.mails')}
        rows={mails}
        rowKey={(row) => row.address}
        empty={null}
        columns={[
          { head: t('reports.mails.head.address'), cell: (row) => <Name of={row.address} />, wide: true },
          { head: t('reports.head.state'), cell: (row) => <StatusBadge noun="reportMail" state={row.status} /> },
          { head: t('reports.mails.head.at'), cell: (row) => (row.at ? <Moment at={row.at} /> : '–') },
        ]}
      />
    </Panel>
  )
}
