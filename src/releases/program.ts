/** What another program is given: its words, folder and environment. */
type Program = { cwd: string; env: Record<string, string>; seconds: number }

/** The last lines of a program say what went wrong; more would bury it. */
const LAST_LINES = 6
const MOST_CHARACTERS = 600

/** Runs a program to its end and gives what it printed. Throws an Error with its last lines when it fails or takes longer than `seconds`. */
export async function run(words: string[], { cwd, env, seconds }: Program): Promise<string> {
  const child = Bun.spawn(words, { cwd, env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  let isLate = false
  const late = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, seconds * 1000)
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  const code = await child.exited
  clearTimeout(late)
  if (code === 0) return output
  const what = words.slice(0, 4).join(' ')
  if (isLate) throw new Error(`${what}：${seconds} 秒内未完成 / did not end within ${seconds} s`)
  throw new Error(`${what}（${child.signalCode ?? code}）：${lastWords(errors) || lastWords(output)}`)
}

export const lastWords = (text: string): string => {
  const lines = Bun.stripANSI(text).trim().split('\n').slice(-LAST_LINES)
  return lines.join('\n').slice(-MOST_CHARACTERS)
}
