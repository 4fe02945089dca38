import { join } from 'node:path'

/**
 * The product's own server with one file exchanged: in place of group commit stands one transaction per request. Everything else, from
 * the port to the answer, is the code that is measured on the other side.
 */
const baseline = join(import.meta.dir, 'baseline-commit.ts')

Bun.plugin({
  name: 'baseline',
  setup(build) {
    build.onLoad({ filter: /src\/authorize\/group-commit\.ts$/ }, () => ({
      contents: `export { groupCommit } from ${JSON.stringify(baseline)}`,
      loader: 'ts',
    }))
  },
})

await import('#src/server')
