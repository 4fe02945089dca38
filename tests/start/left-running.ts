import { spawnServer } from '#tests/support/http'

/** What a failing test does: starts a server, tells its address, and ends without a word to it. Run by run.test.ts. */
const { url } = await spawnServer(process.argv[2]!)
process.stdout.write(`${url}\n`, () => process.exit(1))
