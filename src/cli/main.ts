import { Problem, problemMessage } from '#src/core/problem'
import { errorCode, isDatabaseLost } from '#src/platform/database'
import { type Command, UsageError } from './command'
import { COMMANDS } from './commands'
import { commandHelp, groupHelp, help, nearest } from './help'
import { complain, print } from './print'

/** `mr …`: finds the command, runs it and turns what goes wrong into one sentence. Gives the exit code: 1 failed, 2 called wrongly. */
export async function main(args: string[]): Promise<number> {
  const words = args.filter((arg) => !HELP.includes(arg))
  const wantsHelp = words.length < args.length || args[0] === 'help'
  const asked = args[0] === 'help' ? words.slice(1) : words
  if (asked.length === 0) {
    print(help(COMMANDS))
    return wantsHelp ? 0 : 2
  }
  const command = findCommand(asked)
  if (!command) return unknown(asked, wantsHelp)
  if (wantsHelp) {
    print(commandHelp(command))
    return 0
  }
  return run(command, args.slice(command.name.split(' ').length))
}

const HELP = ['--help', '-h']

/** The command whose words the arguments start with. */
const findCommand = (args: string[]): Command | undefined =>
  COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word))

function unknown(asked: string[], wantsHelp: boolean): number {
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${asked[0]} `))
  if (wantsHelp && group.length > 0) {
    print(groupHelp(group))
    return 0
  }
  const given = asked.filter((word) => !word.startsWith('-')).slice(0, 2)
  if (group.length > 0 && given.length < 2)
    complain(`命令不完整：mr ${asked[0]} / incomplete command: mr ${asked[0]}\n\n${groupHelp(group)}`)
  else {
    const suggestion = nearest(given, COMMANDS)
    complain(`未知命令：mr ${given.join(' ')} / unknown command: mr ${given.join(' ')}`)
    complain(suggestion ? `您是否想用 / Did you mean: mr ${suggestion.name}` : '全部命令 / All commands: mr --help')
  }
  return 2
}

async function run(command: Command, args: string[]): Promise<number> {
  try {
    return await command.run(args)
  } catch (error) {
    complain(sentence(error))
    if (!(error instanceof UsageError)) return 1
    complain(`用法 / Usage: mr ${command.name} ${command.usage}`.trimEnd())
    return 2
  }
}

/** Our own sentences stand for themselves; nobody at a shell is helped by a stack. */
function sentence(error: unknown): string {
  if (error instanceof Problem) return `${problemMessage(error, 'zh')} / ${problemMessage(error, 'en')}`
  if (isDatabaseLost(error)) {
    return '数据库没有应答，请先运行 bin/start 或检查 DATABASE_URL / The database does not answer: run bin/start first, or check DATABASE_URL'
  }
  if (errorCode(error) === NO_SUCH_TABLE)
    return '数据库尚未建表，请先运行 mr migrate up / The database has no tables yet: run mr migrate up first'
  return rootOf(error)
}

/** What the database said, not what it was told: a failed query quotes its values, among them hashes of passwords. */
function rootOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? rootOf(error.cause) : error.message
}

const NO_SUCH_TABLE = '42P01'

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
