import { readFileSync } from 'node:fs'
import { childEnvironment } from '#src/platform/config'

/** The names that a file of settings sets. */
function namesIn(path: string): string[] {
  try {
    return [...readFileSync(path, 'utf8').matchAll(/^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/gm)].map((match) => match[1]!)
  } catch {
    return []
  }
}

/**
 * Remembers which settings came from a file and gives the environment for a child without them: it reads the file anew, so that a
 * release takes the settings of its own time and not those of the process that starts it.
 */
export function environmentWithout(path: string): (overrides: Record<string, string>) => Record<string, string> {
  const [before, given] = [namesIn(path), childEnvironment({})]
  return (overrides) => {
    const fromFile = new Set([...before, ...namesIn(path)])
    const own = Object.entries(given).filter(([name]) => !fromFile.has(name))
    return { ...Object.fromEntries(own), ...overrides }
  }
}
