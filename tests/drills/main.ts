/** Rehearsals of what must not happen for the first time in production: `bun run drill deploy | backup | schema`. */

/** Runs the rehearsal with the remaining words; gives the exit code. */
type Drill = (words: string[]) => Promise<number>

const DRILLS: Record<string, () => Promise<{ drill: Drill }>> = {
  backup: () => import('./backup'),
  deploy: () => import('./deploy'),
  schema: () => import('./schema'),
}

export {}

const [name = '', ...words] = process.argv.slice(2)
const load = DRILLS[name]
if (load) process.exit(await (await load()).drill(words))
console.error(`Which rehearsal? ${Object.keys(DRILLS).join(' | ')}`)
process.exit(2)
