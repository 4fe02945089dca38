import { endWithSupervisor } from '#src/platform/supervised'

/** A stand-in for the server: says when it runs, and each time it is told to end. */
endWithSupervisor(() => {
  process.stdout.write('ending\n')
  setTimeout(() => process.exit(0), 100)
})
setInterval(() => {}, 1_000)
process.stdout.write('running\n')
