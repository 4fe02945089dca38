import { describe, expect, test } from 'bun:test'
import { spawnAs, waysToRun } from '#src/embedded-postgres/run-as'

const passwd = `root:x:0:0:root:/root:/bin/bash
postgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
zhang:x:1000:1000::/home/zhang:/bin/sh`
const zhang = { kind: 'user', name: 'zhang', uid: 1000, gid: 1000 } as const
const postgres = { kind: 'user', name: 'postgres', uid: 101, gid: 104 } as const
const nobody = { kind: 'user', name: 'nobody', uid: 65534, gid: 65534 } as const
const namespace = { kind: 'namespace' } as const

describe('as whom PostgreSQL runs', () => {
  test.each([
    ['an ordinary user as itself', { uid: 1000 }, [{ kind: 'direct' as const }]],
    ['an ordinary user without a name in passwd as itself', { uid: 4242, folderOwner: 0 }, [{ kind: 'direct' as const }]],
    ['root in its own folder', { uid: 0, folderOwner: 0 }, [namespace, postgres, nobody]],
    ['root in the folder of zhang', { uid: 0, folderOwner: 1000 }, [namespace, zhang, postgres, nobody]],
    ['root with a cluster that zhang made', { uid: 0, clusterOwner: 1000, folderOwner: 0 }, [zhang, namespace, postgres, nobody]],
    ['root with a cluster that root made', { uid: 0, clusterOwner: 0, folderOwner: 1000 }, [namespace, postgres, nobody]],
    ['root with a cluster of a user who is gone', { uid: 0, clusterOwner: 4242 }, [namespace, postgres, nobody]],
  ])('%s', (_, circumstances, ways) => {
    expect(waysToRun({ passwd, ...circumstances })).toEqual(ways)
  })

  test('root without any user to change to is left with the namespace', () => {
    expect(waysToRun({ uid: 0, passwd: '' })).toEqual([namespace])
  })

  test('the command line of each way', () => {
    expect(spawnAs({ kind: 'direct' }, ['postgres', '-D', '/a b'])).toEqual({ cmd: ['postgres', '-D', '/a b'] })
    expect(spawnAs(zhang, ['postgres'])).toEqual({ cmd: ['postgres'], uid: 1000, gid: 1000 })
    expect(spawnAs(namespace, ['postgres']).cmd.slice(-2)).toEqual(['--', 'postgres'])
  })
})
