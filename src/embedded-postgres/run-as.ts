import { chmodSync, lchownSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** How to run a program that refuses root: as we are, inside a user namespace that maps root to nobody, or as another user. */
export type RunAs = { kind: 'direct' } | { kind: 'namespace' } | { kind: 'user'; name: string; uid: number; gid: number }

/** Nobody's number on Linux; any number but 0 does, as long as the machine has a name for it. */
const NAMESPACE = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--']

/**
 * The ways to try in order, for a process of user `uid` (0 = root). `owners` are the user numbers of the existing cluster or,
 * before there is one, of the folder it will be in: files keep their owner, so that who started first can start again. `passwd`
 * is the text of /etc/passwd: PostgreSQL refuses a user without a name.
 */
export function waysToRun({ uid, clusterOwner, folderOwner, passwd }: Circumstances): RunAs[] {
  if (uid !== 0) return [{ kind: 'direct' }]
  const users = passwd.split('\n').map((line) => line.split(':'))
  const named = (is: (user: string[]) => boolean): RunAs[] =>
    users.filter(is).map((user) => ({ kind: 'user', name: user[0]!, uid: Number(user[2]), gid: Number(user[3]) }))
  const owner = (owned?: number) => (owned ? named((user) => user[2] === String(owned)).slice(0, 1) : [])
  const service = ['postgres', 'nobody'].flatMap((name) => named((user) => user[0] === name))
  return [...owner(clusterOwner), { kind: 'namespace' }, ...(clusterOwner === undefined ? owner(folderOwner) : []), ...service]
}
type Circumstances = { uid: number; clusterOwner?: number | undefined; folderOwner?: number | undefined; passwd: string }

/**
 * The first way in which this machine lets us run `program` on the data directory `dataDir`, whose cluster is or will be in
 * `cluster`. Throws an Error with advice when root has no way left.
 */
export function chooseRunAs(program: string, dataDir: string, cluster: string): RunAs {
  const uid = process.getuid?.() ?? -1
  const clusterOwner = statSync(join(cluster, 'PG_VERSION'), { throwIfNoEntry: false })?.uid
  const folderOwner = statSync(dataDir).uid || statSync(dirname(dataDir)).uid
  const passwd = uid === 0 ? readFileSync('/etc/passwd', 'utf8') : ''
  const way = waysToRun({ uid, clusterOwner, folderOwner, passwd }).find((candidate) => isPossible(candidate, program, dataDir))
  if (way) return way
  throw new Error(
    'PostgreSQL 拒绝以 root 运行，本机也没有可用的替代用户。请改用普通用户启动，或设置 DATABASE_URL。\n' +
      `PostgreSQL refuses root, and no other user may run ${program} in ${dataDir}. Start as an ordinary user or set DATABASE_URL.`,
  )
}

/** What to hand to `Bun.spawn`: the command line and the user of the new process. */
export function spawnAs(way: RunAs, command: string[]): { cmd: string[]; uid?: number; gid?: number } {
  if (way.kind === 'direct') return { cmd: command }
  if (way.kind === 'namespace') return { cmd: [...NAMESPACE, ...command] }
  return { cmd: command, uid: way.uid, gid: way.gid }
}

function isPossible(way: RunAs, program: string, dataDir: string): boolean {
  if (way.kind === 'direct') return true
  if (way.kind === 'namespace' && !Bun.which('unshare')) return false
  // The other user has to pass through the data directory, but has no business reading what else is in it.
  if (way.kind === 'user' && statSync(dataDir).uid !== way.uid) chmodSync(dataDir, 0o711)
  const trial = ['/bin/sh', '-c', 'cd "$1" && exec "$0" --version', program, dataDir]
  return Bun.spawnSync({ ...spawnAs(way, trial), cwd: '/', stdout: 'ignore', stderr: 'ignore' }).success
}

/** Gives `folder` and all in it to the user whom PostgreSQL runs as. Only root has anything to give. */
export function giveTo(way: RunAs, folder: string): void {
  if (way.kind === 'direct') return
  // Root maps to the namespace's user, so there the files belong to root.
  const { uid, gid } = way.kind === 'user' ? way : { uid: 0, gid: 0 }
  if (statSync(folder).uid === uid) return
  for (const path of readdirSync(folder, { recursive: true }) as string[]) lchownSync(join(folder, path), uid, gid)
  lchownSync(folder, uid, gid)
}
