import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Environment } from '#src/platform/config'
import { openTestDatabase } from '#tests/support/database'
import { startServer } from '#tests/support/http'
import { containerVariables, exampleVariables } from '../docs/blocks'
import { COMPOSE_FILES, composeOf, interpolations, type Service, textOf } from './files'

const services = COMPOSE_FILES.flatMap((file) =>
  Object.entries(composeOf(file).services).map(([name, service]) => [`${file} ${name}`, service] as [string, Service]),
)
const production = composeOf('docker-compose.yml')
const ours = Object.entries(production.services).filter(([, { image }]) => image?.startsWith('mr-game-ops'))
const SECRETS = /PASSWORD|SECRET|TOKEN|KEYS?$/

test('every variable that a file asks for stands in .env.example', () => {
  const known = new Set([...exampleVariables(), ...containerVariables()].map(({ key }) => key))
  for (const file of COMPOSE_FILES) {
    for (const { name } of interpolations(textOf(file))) expect(known, `${file} ${name}`).toContain(name)
  }
  for (const { key, words } of containerVariables()) expect(words.length, key).toBeGreaterThan(20)
})

/** What a container decides by itself, and what is for tests and for machines without containers. */
const NOT_FOR_CONTAINERS = ['PORT', 'DATA_DIR', 'BACKUP_DIR', 'WEB_PROCESSES', 'SEED_DEMO', 'FAULT_POINT']

test('every variable of the product reaches every process of it', () => {
  const wanted = Object.keys(Environment.entries).filter((key) => !NOT_FOR_CONTAINERS.includes(key))
  expect(ours.map(([name]) => name).sort()).toEqual(['migrate', 'mr', 'web', 'workers'])
  for (const [name, { environment }] of ours) expect(Object.keys(environment ?? {}).sort(), name).toEqual([...wanted].sort())
})

test('no secret has a value of its own: what must be there is required, the rest is empty', () => {
  for (const file of COMPOSE_FILES) {
    for (const { name, otherwise, isRequired } of interpolations(textOf(file))) {
      if (SECRETS.test(name)) expect([file, name, otherwise ?? '', isRequired || otherwise === '']).toEqual([file, name, '', true])
    }
  }
  const required = interpolations(textOf('docker-compose.yml')).flatMap(({ name, isRequired }) => (isRequired ? [name] : []))
  expect([...new Set(required)].sort()).toEqual(['JWT_SECRET', 'MASTER_KEYS', 'METRICS_TOKEN', 'POSTGRES_PASSWORD', 'PUBLIC_URL'])
  for (const [name, { environment }] of ours)
    expect(environment!.DATABASE_URL, name).toMatch(/^postgres:\/\/app:\$\{POSTGRES_PASSWORD:\?[^}]+\}@db:/)
  for (const [name, { environment }] of services) {
    for (const [key, value] of Object.entries(environment ?? {})) {
      if (SECRETS.test(key)) expect(value, `${name} ${key}`).toMatch(/^\$\{\w+:(\?.+|-)\}$/)
    }
  }
})

test('every image is pinned', () => {
  const images = services.flatMap(([name, { image }]) => (image ? [[name, image] as const] : []))
  const bases = [...textOf('deploy/Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => ['Dockerfile', image!] as const)
  for (const [name, image] of [...images, ...bases]) {
    if (image.startsWith('mr-game-ops:')) continue
    expect(image, name).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)?[\w.-]*$/)
  }
})

describe('in production', () => {
  test.each(Object.entries(production.services))('%s is fenced in, watched and does not fill the disk with its log', (name, service) => {
    expect(service.logging).toEqual({ driver: 'local', options: { 'max-size': '20m', 'max-file': '10' } })
    expect(service.read_only).toBe(true)
    expect(service.cap_drop).toEqual(['ALL'])
    expect(service.security_opt).toEqual(['no-new-privileges:true'])
    const runsForGood = service.restart !== 'no'
    expect(service.healthcheck?.disable ?? false).toBe(!runsForGood)
    if (runsForGood) expect(service.deploy?.resources.limits, name).toEqual({ cpus: expect.any(String), memory: expect.any(String) })
  })

  test('only the proxy is open to the world, and it cannot reach the database', () => {
    const open = services.flatMap(([name, { ports = [] }]) =>
      ports.filter((port) => !String(port).startsWith('127.0.0.1:')).map((port) => `${name} ${port}`),
    )
    expect(open).toEqual(['80:80', '443:443', '443:443/udp'].map((port) => `docker-compose.yml proxy ${port}`))
    expect(production.services.proxy!.networks).toEqual(['front'])
    expect(production.services.db!.networks).toEqual(['back'])
  })

  test('what must outlive a container lies on named volumes', () => {
    const used = services
      .flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!))
      .filter((name) => !/^[./$]/.test(name))
    const declared = COMPOSE_FILES.flatMap((file) => Object.keys(composeOf(file).volumes))
    expect([...new Set(used)].sort()).toEqual(declared.sort())
    for (const [name, { volumes }] of ours) expect(volumes?.slice(0, 2), name).toEqual(['data:/data', 'backups:/backups'])
  })

  test('files that are mounted are there', () => {
    const mounted = services
      .flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!))
      .filter((path) => /^\.\//.test(path))
    expect(mounted.filter((path) => !existsSync(join(import.meta.dir, '../..', path)))).toEqual([])
  })
})

describe('what a container is asked is answered', () => {
  let database: Awaited<ReturnType<typeof openTestDatabase>>
  let server: ReturnType<typeof startServer>
  beforeAll(async () => {
    database = await openTestDatabase()
    server = startServer()
  })
  afterAll(async () => {
    await server.drain(1_000)
    await database.close()
  })

  const asked = [
    ...services.map(([name, { healthcheck }]) => [name, healthcheck?.test?.join(' ') ?? ''] as const),
    ['Dockerfile', textOf('deploy/Dockerfile')] as const,
  ].flatMap(([name, words]) => [...words.matchAll(/http:\/\/127\.0\.0\.1:8000(\/[\w/]+)/g)].map(([, path]) => [name, path!] as const))

  test.each(asked)('%s asks %s', async (_, path) => {
    expect((await fetch(server.url + path)).status).toBe(200)
  })

  test('by web, by the developer’s container and by the image itself', () => {
    expect(asked.map(([name]) => name)).toEqual(['docker-compose.yml web', 'deploy/compose.development.yml product', 'Dockerfile'])
  })

  test.each(
    [...ours, ...Object.entries(composeOf('deploy/compose.development.yml').services)].flatMap(
      ([name, { command = [], entrypoint = [], healthcheck }]) =>
        [...entrypoint, ...command, ...(healthcheck?.test ?? [])]
          .filter((word) => /^(src|workers)\//.test(word))
          .map((word) => [name, word] as const),
    ),
  )('%s runs %s, which is in the image', (_, file) => {
    expect(existsSync(join(import.meta.dir, '../..', file))).toBe(true)
    const copied = [...textOf('deploy/Dockerfile').matchAll(/^COPY (?!--)(\S+) \S+$/gm)].map(([, folder]) => folder)
    expect(copied).toContain(file.split('/')[0]!)
    expect(textOf('.dockerignore')).toContain(`!${file.split('/')[0]}\n`)
  })
})

test('the image belongs to nobody special, says whether it is well, and keeps no tools', () => {
  const [, final] = textOf('deploy/Dockerfile').split(/^FROM debian/m)
  expect(final).toMatch(/^USER mr$/m)
  expect(final).toMatch(/^HEALTHCHECK /m)
  expect(final).toMatch(/org\.opencontainers\.image\.version/)
  expect(final).not.toMatch(/apt-get|npm|bun install/)
})

test('the proxy speaks TLS 1.3 alone and leads to the web process', () => {
  const words = textOf('deploy/Caddyfile')
  expect(words).toMatch(/^\{\$PUBLIC_URL\} \{$/m)
  expect([...words.matchAll(/protocols (.*)/g)].map(([, protocols]) => protocols)).toEqual(['tls1.3'])
  expect(words).toMatch(/name \{\$UPSTREAM_HOST:web\}\s+port \{\$UPSTREAM_PORT:8000\}/)
  expect(production.services.proxy!.networks!.some((network) => production.services.web!.networks!.includes(network))).toBe(true)
  expect(production.services.web!.environment!.TRUSTED_PROXIES).toContain('172.30.250.0/24')
})

test('a release reaches the container beside the old one under a name that the product answers to', () => {
  const [, name] = /beside=([\w-]+)/.exec(textOf('deploy/release-compose'))!
  expect(production.services.web!.environment!.ALLOWED_HOSTS).toContain(`${name}:8000`)
})
