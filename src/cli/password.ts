import { newPassword } from '#src/core/fields'
import { checked, failure, UsageError } from './command'
import { complain } from './print'

/** A new password: the first line of standard input, or asked twice at the terminal without showing it. Never an argument: those are seen by everybody. */
export async function askPassword(options: { fromStdin: boolean }): Promise<string> {
  const password = options.fromStdin ? await firstLine() : await askedTwice()
  return checked('password', newPassword, password)
}

async function firstLine(): Promise<string> {
  return (await Bun.stdin.text()).split(/\r?\n/, 1)[0]!
}

async function askedTwice(): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError('没有终端可询问密码，请用 --password-stdin / no terminal to ask at: use --password-stdin')
  const password = await readHidden('密码 password: ')
  if ((await readHidden('再次输入 again: ')) !== password) throw failure('两次输入不一致', 'the two passwords differ')
  return password
}

const [CTRL_C, CTRL_D, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\b', '\u007f']

/** Reads a line from the terminal while it echoes nothing. Ctrl-C ends the process, as everywhere. */
function readHidden(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.resume()
  stdin.setEncoding('utf8')
  return new Promise((resolve) => {
    let typed = ''
    const finish = () => {
      stdin.off('data', onData)
      stdin.setRawMode(false)
      stdin.pause()
      complain('')
    }
    const onData = (text: string) => {
      for (const key of text) {
        if (key === CTRL_C) {
          finish()
          process.exit(130)
        }
        if (key === '\r' || key === '\n' || key === CTRL_D) {
          finish()
          return resolve(typed)
        }
        typed = key === BACKSPACE || key === DELETE ? [...typed].slice(0, -1).join('') : typed + key
      }
    }
    stdin.on('data', onData)
  })
}
