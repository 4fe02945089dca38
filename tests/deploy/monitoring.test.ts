import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ALERT_KINDS } from '#src/notifications/alert-kinds'
import { registry } from '#src/platform/metrics'
import { BURN_RULES } from '#src/service-level/burn'
import { openTestDatabase } from '#tests/support/database'
import { startServer } from '#tests/support/http'
import { textOf } from './files'

type Rule = { alert: string; expr: string; labels: { severity: string }; annotations: { summary: string; runbook: string } }
const rules = (Bun.YAML.parse(textOf('deploy/prometheus/rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
)
type Panel = { title: string; targets?: { expr: string }[] }
const panels = (JSON.parse(textOf('deploy/grafana/dashboard.json')) as { panels: Panel[] }).panels
const drawn = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const))

let told: Map<string, Set<string>>
let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  told = await labelsOfMetrics()
})
afterAll(async () => {
  await server.drain(1_000)
  await database.close()
})

/** Every metric that the product declares, histograms and summaries under all their names, with the labels that it may have. */
async function labelsOfMetrics(): Promise<Map<string, Set<string>>> {
  const known = new Map<string, Set<string>>()
  for (const { name, type } of await registry.getMetricsAsJSON()) {
    const { labelNames = [] } = registry.getSingleMetric(name) as unknown as { labelNames?: string[] }
    const names = ['histogram', 'summary'].includes(String(type)) ? [name, `${name}_bucket`, `${name}_count`, `${name}_sum`] : [name]
    for (const one of names) known.set(one, new Set([...labelNames, 'instance', 'job', 'le', 'quantile']))
  }
  return known
}

/** The metrics of an expression with the labels that it picks them by. */
const metricsIn = (expr: string) =>
  [...expr.matchAll(/\b(mr_\w+)(?:\{([^}]*)\})?/g)].map(([, name, picked = '']) => ({
    name: name!,
    labels: [...picked.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
  }))

describe('Prometheus and Grafana ask for what is there', () => {
  test.each([...rules.map(({ alert, expr }) => [alert, expr] as const), ...drawn])('%s', (_, expr) => {
    expect(expr).toMatch(/\b(mr_\w+|up)\b/)
    for (const { name, labels } of metricsIn(expr)) {
      expect([...told.keys()]).toContain(name)
      for (const label of labels) expect([...told.get(name)!], `${name} ${label}`).toContain(label)
    }
    for (const [, by] of expr.matchAll(/\bby \(([^)]*)\)/g)) {
      const possible = new Set(metricsIn(expr).flatMap(({ name }) => [...told.get(name)!]))
      for (const label of by!.split(',')) expect([...possible]).toContain(label.trim())
    }
    let depth = 0
    for (const sign of expr.replace(/"[^"]*"/g, '')) {
      depth += '([{'.includes(sign) ? 1 : ')]}'.includes(sign) ? -1 : 0
      expect(depth).toBeGreaterThanOrEqual(0)
    }
    expect(depth).toBe(0)
  })

  test('a scrape tells each of them: none is declared and never set', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    const gauges = (await registry.getMetricsAsJSON()).filter(({ type }) => String(type) === 'gauge').map(({ name }) => name)
    const unset = gauges.filter((name) => !new RegExp(`^${name}(\\{| )`, 'm').test(text))
    // Of these there is nothing to tell in an empty database.
    const NOTHING_YET = ['mr_operator_balance_yuan', 'mr_job_last_success_timestamp', 'mr_alerts_open']
    expect(unset.filter((name) => !NOTHING_YET.includes(name))).toEqual([])
    expect(text).toMatch(/^mr_database_up 1$/m)
    expect(text).toMatch(/^mr_backup_last_good_timestamp 0$/m)
    expect(text).toMatch(/^mr_workers_alive 0$/m)
  })
})

test('a rule has a summary, a section of the runbook, and the severity of the alert that the product raises itself', () => {
  const sections = [...textOf('deploy/RUNBOOK.md').matchAll(/^#{2,4} (\w+)$/gm)].map(([, section]) => section)
  for (const { alert, labels, annotations } of rules) {
    expect(annotations.summary.length, alert).toBeGreaterThan(5)
    const [file, section] = annotations.runbook.split('#')
    expect(file).toBe('deploy/RUNBOOK.md')
    expect(sections, alert).toContain(section!)
    const kind = ALERT_KINDS[alert as keyof typeof ALERT_KINDS]
    if (kind) expect([alert, labels.severity]).toEqual([alert, kind.severity])
  }
  for (const kind of Object.keys(ALERT_KINDS)) expect(sections, kind).toContain(kind)
})

test('the limits of burn rates are those of the product', () => {
  const limits = (alert: string, of: string) =>
    [...rules.find((rule) => rule.alert === alert)!.expr.matchAll(new RegExp(`of="${of}", window="(\\w+)"\\} > ([\\d.]+)`, 'g'))].map(
      ([, name, limit]) => [name!, Number(limit)] as const,
    )
  const own = (of: 'errors' | 'slow') => BURN_RULES.map((rule) => [rule.name as string, rule[of] as number] as const)
  expect(own('errors')).toEqual(expect.arrayContaining(limits('authorize_errors', 'errors')))
  expect(own('slow')).toEqual(expect.arrayContaining(limits('authorize_slow', 'slow')))
  expect(limits('authorize_errors', 'errors')).toHaveLength(2)
})

test('Prometheus looks where the product listens, under a name that it answers to', () => {
  const { scrape_configs: configs } = Bun.YAML.parse(textOf('deploy/prometheus/prometheus.yml')) as {
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[]
  }
  expect(configs[0]!.static_configs[0]!.targets).toEqual(['web:8000'])
  expect(textOf('docker-compose.yml')).toContain('ALLOWED_HOSTS: web:8000,')
  expect(rules.find(({ alert }) => alert === 'product_down')!.expr).toContain(`job="${configs[0]!.job_name}"`)
})
