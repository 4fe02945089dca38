import { newId } from '#src/core/ids'
import { now } from '#src/core/time'
import { actOn } from '#src/office/act'
import { permissionsOf } from '#src/permissions/permissions'
import { closeDatabase, openDatabase } from '#src/platform/database'
import type { StaffCaller } from '#src/platform/route'
import { loadSettings } from '#src/settings/settings'
import { anInfo } from '#tests/support/api'

/** A process of its own that agrees to one request in the name of many, all at once; prints how many were taken and why others were not. */
const [connection, caseId, ids] = [JSON.parse(process.argv[2]!), process.argv[3]!, process.argv[4]!.split(',')]
openDatabase(connection, { max: 16, name: 'mr-approve', asApplication: true })
await loadSettings()

const callerOf = (id: string): StaffCaller => ({
  kind: 'staff',
  id,
  username: id,
  name: '审批人',
  role: 'admin',
  grade: null,
  audience: 'admin',
  permissions: permissionsOf('admin', []),
  sessionId: newId(),
  provedAt: now(),
  hasTotp: false,
  passwordIsTemporary: false,
})

const outcomes = await Promise.all(
  ids.map((id) =>
    actOn(caseId, { do: 'approve', comment: null }, callerOf(id), anInfo()).then(
      () => 'taken',
      (error: { wording?: string; message: string }) => error.wording ?? error.message,
    ),
  ),
)
console.log(JSON.stringify(outcomes))
await closeDatabase()
