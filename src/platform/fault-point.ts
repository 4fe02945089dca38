import { config } from './config'

/**
 * Ends this process at once, as `kill -9` would, when FAULT_POINT names this place. Crash tests use it to stop between any two
 * steps; production refuses the variable.
 */
export function faultPoint(name: string): void {
  if (config().FAULT_POINT === name) process.kill(process.pid, 'SIGKILL')
}
