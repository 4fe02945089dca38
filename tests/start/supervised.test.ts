import { expect, test } from 'bun:test'

function spawn(script: string, flags: string[] = []) {
  const child = Bun.spawn([process.execPath, `tests/start/${script}`, ...flags], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
  const reader = child.stdout.getReader()
  const decoder = new TextDecoder()
  let text = ''
  const reads = async (word: string) => {
    while (!text.includes(word)) {
      const { value, done } = await reader.read()
      if (done) break
      text += decoder.decode(value)
    }
    return text
  }
  return { child, reads }
}

test('a supervised child ends when its supervisor is gone', async () => {
  const { child, reads } = spawn('drain.ts', ['--supervised'])
  await reads('running')
  await child.stdin.end()
  expect(await child.exited).toBe(0)
  expect(await reads('never')).toBe('running\nending\n')
})

test('also when the supervisor was killed with -9', async () => {
  const { child, reads } = spawn('supervisor.ts')
  await reads('running')
  child.kill('SIGKILL')
  // The pipe of the grandchild's output closes only when it has ended.
  expect(await reads('never')).toBe('running\nending\n')
})

test('a process of its own does not mind a closed input', async () => {
  const { child, reads } = spawn('drain.ts')
  await reads('running')
  await child.stdin.end()
  expect(await Promise.race([child.exited, Bun.sleep(500).then(() => 'runs on')])).toBe('runs on')
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
})

test('Ctrl-C reaches supervisor and child alike, and the child stops once', async () => {
  const { child, reads } = spawn('drain.ts', ['--supervised'])
  await reads('running')
  child.kill('SIGINT')
  child.kill('SIGTERM')
  child.kill('SIGINT')
  await child.stdin.end()
  expect(await child.exited).toBe(0)
  expect(await reads('never')).toBe('running\nending\n')
})
