import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')

/** The text of a file of the project. */
export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

export type Service = {
  image?: string
  build?: unknown
  environment?: Record<string, string>
  command?: string[]
  entrypoint?: string[]
  ports?: (string | number)[]
  healthcheck?: { test?: string[]; disable?: boolean }
  logging?: { driver: string; options: Record<string, string> }
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  volumes?: string[]
  networks?: string[]
  deploy?: { resources: { limits: { cpus: string; memory: string } } }
  restart?: string
}
export type Compose = { services: Record<string, Service>; volumes: Record<string, unknown>; networks?: Record<string, unknown> }

/** A compose file with its merges resolved. */
export const composeOf = (path: string): Compose => Bun.YAML.parse(textOf(path)) as Compose

export const COMPOSE_FILES = ['docker-compose.yml', 'deploy/compose.monitoring.yml', 'deploy/compose.development.yml'] as const

/** `${NAME}`, `${NAME:-otherwise}`, `${NAME:?fault}` as they stand in a file's lines, comments apart. */
export function interpolations(text: string): { name: string; otherwise: string | undefined; isRequired: boolean }[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line))
  return [...lines.join('\n').matchAll(/\$\{(\w+)(?::(-|\?)([^}]*))?\}/g)].map(([, name, way, rest]) => ({
    name: name!,
    otherwise: way === '-' ? rest : undefined,
    isRequired: way === '?',
  }))
}
