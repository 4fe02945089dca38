import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { type ProblemCode, problems } from '#src/core/errors'
import { broken, send } from './precedence'
import { nameOf, RUNGS } from './rungs'
import { aScene, countRows, loggedCalls } from './scene'

const scene = aScene({})

describe.each(RUNGS.map((rung, place) => [nameOf(rung), rung, place] as const))('%s', (_, rung, place) => {
  test('answers with its status, code, details and words in both languages', async () => {
    const draft = await broken(scene, [rung])
    const chinese = await send(scene, draft)
    expect(chinese.status).toBe(rung.status)
    expect(chinese.body).toEqual(refusal(rung.code, rung.zh, rung.details(draft)) as never)
    const english = await send(scene, draft, 'en')
    expect(english.body).toMatchObject({ error_code: rung.code, message: rung.en })
  })

  test('wins over every later rung alone and over all of them together, and leaves nothing behind but its log row', async () => {
    const later = RUNGS.slice(place + 1)
    for (const others of [...later.map((other) => [other]), later]) {
      const draft = await broken(scene, [rung, ...others])
      const before = await countRows(scene.owner)
      const answer = await send(scene, draft)
      const row = { name: [nameOf(rung), ...others.map(nameOf)].join(' + '), code: answer.body.error_code, status: answer.status }
      expect(row).toEqual({ ...row, code: rung.code, status: rung.status })
      expect(await scopeOf(answer.body.details)).toBe(rung.scope)
      expect({ ...(await countRows(scene.owner)), buckets: 0n }).toEqual({ ...before, buckets: 0n })
      expect(await loggedCalls(scene.owner, answer.headers.get('x-request-id')!)).toMatchObject([{ result: 'refused', code: rung.code }])
    }
  })
})

test('every code that the authorize path can answer has a row, in the order of the catalogue', () => {
  const rows = RUNGS.map(({ code }) => code)
  expect([...codesOfTheSource()].filter((code) => !rows.includes(code))).toEqual([])
  const order = Object.keys(problems)
  const places = RUNGS.filter(({ scope }) => scope !== 'operator').map(({ code }) => order.indexOf(code))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

/** Codes named in the sources of the authorize path; our own failures (5xx) are not rungs, nor is what the pages about it answer. */
function codesOfTheSource(): Set<ProblemCode> {
  const folder = `${import.meta.dir}/../../src`
  const rungs = [...new Bun.Glob('authorize/*.ts').scanSync(folder)].filter((file) => !/answers\.ts$|\.pages\.ts$/.test(file))
  const files = [...rungs, 'platform/http.ts', 'platform/rate-limit.ts']
  const text = files.map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join('\n')
  const words = text.matchAll(/'([A-Z_]+)'/g).map(([, word]) => word as ProblemCode)
  return new Set(words.filter((word) => word in problems && problems[word].status < 500))
}

const refusal = (code: string, message: string, details: unknown) => ({
  success: false,
  error_code: code,
  message,
  ...(details === undefined ? {} : { details }),
  request_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/),
})

const scopeOf = (details: unknown): unknown => (details as { scope?: string } | undefined)?.scope
