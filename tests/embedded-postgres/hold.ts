import { startPostgres } from '#src/embedded-postgres/supervisor'

/** A process that needs a database until its standard input closes: `hold.ts <data directory>`. */
const running = await startPostgres({ dataDir: Bun.argv[2]!, durable: false })
process.stdout.write(`${JSON.stringify({ startedByUs: running.startedByUs, host: running.connection.host })}\n`)
process.stdin.on('end', async () => {
  await running.stop()
  process.exit(0)
})
process.stdin.resume()
