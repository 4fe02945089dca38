import type { Command } from './command'
import { columns } from './print'

/** All commands in their groups. */
export function help(commands: readonly Command[]): string {
  const groups = new Map<string, Command[]>()
  for (const command of commands) {
    const group = command.name.split(' ')[0]!
    groups.set(group, [...(groups.get(group) ?? []), command])
  }
  const rows = [...groups.values()].flat()
  return [
    'mr — MR 游戏运营管理系统的命令行 / the command line of mr-game-ops',
    '',
    '用法 Usage: mr <command> [options]      帮助 Help: mr <command> --help',
    '',
    listed(rows),
    '',
    '数据库取自 DATABASE_URL，未设置时为 DATA_DIR 中由 bin/start 启动的数据库。',
    'The database is DATABASE_URL, or the one in DATA_DIR that bin/start runs.',
    '退出码 Exit codes: 0 成功 done, 1 失败 failed, 2 用法有误 called wrongly',
  ].join('\n')
}

/** The commands that share a first word. */
export const groupHelp = (commands: readonly Command[]): string => listed(commands)

/** Both languages side by side where the terminal is wide enough, else one below the other. */
function listed(commands: readonly Command[]): string {
  const rows = commands.map(({ name, usage, zh, en }) => [[`mr ${name}`, ...(usage.match(/^<\w+>|(?<= )<\w+>/g) ?? [])].join(' '), zh, en])
  const wide = columns(rows)
  const widest = Math.max(...wide.split('\n').map((line) => Bun.stringWidth(line)))
  if (widest <= (process.stdout.columns ?? widest)) return wide
  return columns(
    rows.flatMap(([name, zh, en]) => [
      [name!, zh!],
      ['', en!],
    ]),
  )
}

/** One command with everything it takes. */
export function commandHelp({ name, usage, zh, en, more = [] }: Command): string {
  const lines = [`mr ${name} ${usage}`.trimEnd(), '', `  ${zh}`, `  ${en}`]
  return (more.length > 0 ? [...lines, '', ...more.map((line) => `  ${line}`)] : lines).join('\n')
}

/** Farther than this from every command, a word is no slip of the finger. */
const FARTHEST = 3

/** The command somebody probably meant. */
export function nearest(given: string[], commands: readonly Command[]): Command | undefined {
  const typed = given.join(' ')
  const ranked = commands
    .map((command) => ({ command, distance: Math.min(distance(typed, command.name), distance(given[0] ?? '', command.name)) }))
    .sort((a, b) => a.distance - b.distance)
  return ranked[0] && ranked[0].distance <= FARTHEST ? ranked[0].command : commands.find(({ name }) => name.split(' ')[0] === given[0])
}

/** How many letters must be added, dropped or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const change = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      line.push(Math.min(change, above[column]! + 1, line[column - 1]! + 1))
    }
    above = line
  }
  return above[b.length]!
}
