import { SUPERVISED } from '#src/platform/supervised'

/** A stand-in for `src/start.ts`: keeps one child as that does, and never ends. */
const child = Bun.spawn([process.execPath, 'tests/start/drain.ts', SUPERVISED], { stdin: 'pipe', stdout: 'inherit', stderr: 'inherit' })
await child.exited
