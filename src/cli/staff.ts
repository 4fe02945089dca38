import { picklist } from 'valibot'
import { FINANCE_GRADES, STAFF_ROLES } from '#drizzle/schema'
import { text } from '#src/core/fields'
import { disableStaff, resetStaffPassword, resetStaffPhone } from '#src/staff/access'
import { firstStaffWords, makeFirstStaff } from '#src/staff/first'
import { createStaff } from '#src/staff/staff'
import { thisAct } from './act'
import { type Command, checked, parse, UsageError, withDatabase } from './command'
import { askPassword } from './password'
import { print } from './print'

/** The least a finance account can be; more is asked for by name. */
const DEFAULT_GRADE = 'specialist'

const PASSWORD_HELP = [
  '密码：询问两次且不显示，或 --password-stdin 从标准输入读第一行；8-32 位，含大小写字母和数字',
  'The password is asked twice and not shown, or read from standard input with --password-stdin: 8-32 characters, upper, lower, digit',
]

export const staffCommands: Command[] = [
  {
    name: 'staff create',
    usage: '<role> <username> --name 名 [--grade 等级] [--password-stdin]',
    zh: '新建员工账户',
    en: 'add a member of staff',
    more: [
      `role      ${STAFF_ROLES.join(' | ')}`,
      `--grade   ${FINANCE_GRADES.join(' | ')}，仅财务，默认 ${DEFAULT_GRADE} / finance only, ${DEFAULT_GRADE} by default`,
      ...PASSWORD_HELP,
      '例 Example: mr staff create finance finance001 --name 张发财 --grade manager',
    ],
    run: create,
  },
  {
    name: 'staff first',
    usage: '',
    zh: '为没有任何员工的数据库新建一位超级管理员，密码一次性显示',
    en: 'add one super_admin to a database without any staff, with a one-time password',
    more: ['bin/start 与 mr release 会自动执行 / bin/start and mr release do this by themselves'],
    run: async (args) => {
      parse(args, {})
      const first = await withDatabase(() => makeFirstStaff(thisAct()))
      print(first ? firstStaffWords(first) : '已有员工 / there is staff already')
      return 0
    },
  },
  {
    name: 'staff password',
    usage: '<username> [--password-stdin]',
    zh: '重设员工密码，并结束其全部登录',
    en: "set a new password and end all of the person's sessions",
    more: PASSWORD_HELP,
    run: async (args) => {
      const { values, positionals } = parse(args, { 'password-stdin': { type: 'boolean' } }, ['username'])
      const password = await askPassword({ fromStdin: values['password-stdin'] ?? false })
      await withDatabase(() => resetStaffPassword(positionals[0]!, password, thisAct()))
      print(`密码已重设，原有登录已结束 / new password set, sessions ended: ${positionals[0]}`)
      return 0
    },
  },
  {
    name: 'staff totp',
    usage: '<username>',
    zh: '清除员工的动态验证码与恢复码，并结束其全部登录',
    en: "take away a person's one-time codes and recovery codes and end all sessions",
    more: [
      '手机与恢复码都遗失时使用；下次登录只需密码 / for a phone that is gone with its recovery codes; the next sign-in needs the password alone',
    ],
    run: async (args) => {
      const { positionals } = parse(args, {}, ['username'])
      const outcome = await withDatabase(() => resetStaffPhone(positionals[0]!, thisAct()))
      print(outcome === 'reset' ? `已清除 / taken away: ${positionals[0]}` : `此前未启用 / was off before: ${positionals[0]}`)
      return 0
    },
  },
  {
    name: 'staff disable',
    usage: '<username>',
    zh: '停用员工账户，并结束其全部登录',
    en: 'take away access and end all sessions',
    more: ['最后一位超级管理员不能停用 / the last super_admin cannot be disabled'],
    run: async (args) => {
      const { positionals } = parse(args, {}, ['username'])
      const outcome = await withDatabase(() => disableStaff(positionals[0]!, thisAct()))
      print(outcome === 'disabled' ? `已停用 / disabled: ${positionals[0]}` : `此前已停用 / was disabled before: ${positionals[0]}`)
      return 0
    },
  },
]

async function create(args: string[]): Promise<number> {
  const options = { name: { type: 'string' }, grade: { type: 'string' }, 'password-stdin': { type: 'boolean' } } as const
  const { values, positionals } = parse(args, options, ['role', 'username'])
  const role = checked('role', picklist(STAFF_ROLES), positionals[0])
  const username = positionals[1]!
  const name = checked('--name', text(1, 50), values.name)
  if (role !== 'finance' && values.grade !== undefined) throw new UsageError('只有财务人员有等级 / only finance staff have a grade')
  const grade = role === 'finance' ? checked('--grade', picklist(FINANCE_GRADES), values.grade ?? DEFAULT_GRADE) : null
  const password = await askPassword({ fromStdin: values['password-stdin'] ?? false })
  await withDatabase(() => createStaff({ username, name, role, grade, password }, thisAct()))
  print(`已创建 / created: ${username} ${name} ${role}${grade ? ` ${grade}` : ''}`)
  return 0
}
