/**
 * The product's own server with group commit taken out: every call is a batch of its own, in a transaction of its own. What wallets are
 * measured against; game starts have a baseline that is written for it (`baseline-server.ts`).
 */
Bun.plugin({
  name: 'per-request',
  setup(build) {
    build.onLoad({ filter: /src\/authorize\/group-commit\.ts$/ }, () => ({
      contents: 'export const groupCommit = ({ commit }) => ({ submit: async (call) => (await commit([call]))[0] })',
      loader: 'ts',
    }))
  },
})

await import('#src/server')

export {}
