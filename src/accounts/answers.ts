import * as v from 'valibot'
import { CATEGORIES } from '#drizzle/schema'
import { answers, answersList, apiKeyText, bareId, count, isoText, oneOf, orNull, wireId, words, yesNo, yuanText } from '#src/core/answers'

/** What the accounts' routes answer (API 3, 4 and 5). */

const category = oneOf(CATEGORIES)
const person = {
  username: words('hangzhou_mr'),
  name: words('杭州幻境数字娱乐'),
  phone: words('13800138000'),
  email: words('ops@example.com'),
}

const newOperator = v.strictObject({
  operator_id: wireId('operator'),
  username: person.username,
  api_key: apiKeyText,
  category,
  balance: yuanText,
  created_at: isoText,
})
export const RegisteredAnswer = answers(newOperator, {
  status: 201,
  message: '注册成功',
  errors: ['INVALID_PARAMS', 'USERNAME_EXISTS', 'RATE_LIMIT_EXCEEDED'],
})
export const CreatedOperatorAnswer = answers(newOperator, { status: 201, message: '运营商账户创建成功', errors: ['USERNAME_EXISTS'] })

/** The part of a sign-in's answer that all doors share. */
export const token = {
  access_token: words('eyJhbGciOiJIUzI1NiJ9.…'),
  token_type: v.literal('Bearer'),
  expires_in: count,
}
export const OperatorTokenAnswer = answers(
  v.strictObject({
    ...token,
    operator: v.strictObject({ operator_id: wireId('operator'), username: person.username, name: person.name, category }),
  }),
  { errors: ['UNAUTHORIZED', 'ACCOUNT_DEACTIVATED', 'ACCOUNT_LOCKED', 'RATE_LIMIT_EXCEEDED'] },
)
export const SignedOutAnswer = answers(v.null(), { message: '已退出登录' })
export const PasswordChangedAnswer = answers(v.null(), { message: '密码已修改', errors: ['UNAUTHORIZED'] })

const profile = v.strictObject({
  operator_id: wireId('operator'),
  ...person,
  category,
  balance: yuanText,
  created_at: isoText,
  updated_at: isoText,
})
export const ProfileAnswer = answers(profile)
export const ChangedProfileAnswer = answers(profile, { message: '信息更新成功' })

export const BalanceAnswer = answers(
  v.strictObject({
    balance: yuanText,
    total_recharged: yuanText,
    total_consumed: yuanText,
    total_refunded: yuanText,
    last_transaction_at: orNull(isoText),
    category,
  }),
)

export const ClosedAnswer = answers(v.null(), { message: '账户已注销', errors: ['UNAUTHORIZED', 'BALANCE_NOT_ZERO', 'OPEN_ITEMS'] })

const issuedKey = v.strictObject({ api_key: apiKeyText, generated_at: isoText })
export const RenewedKeyAnswer = answers(issuedKey, { errors: ['UNAUTHORIZED'] })
export const ViewedKeyAnswer = answers(issuedKey, { errors: ['OPERATOR_NOT_FOUND'] })
export const ResetKeyAnswer = answers(issuedKey, { message: 'API Key已重置，请通知运营商更新配置', errors: ['OPERATOR_NOT_FOUND'] })

export const SessionsAnswer = answers(
  v.strictObject({
    sessions: v.array(
      v.strictObject({
        session_id: bareId,
        door: oneOf(['api', 'pages']),
        ip: words('203.0.113.7'),
        user_agent: words('curl/8.5.0'),
        created_at: isoText,
        expires_at: isoText,
        is_current: yesNo,
      }),
    ),
  }),
)
export const EndedSessionAnswer = answers(v.null(), { message: '登录已下线', errors: ['SESSION_NOT_FOUND'] })

const summary = {
  operator_id: wireId('operator'),
  ...person,
  category,
  balance: yuanText,
  total_consumed: yuanText,
  is_deactivated: yesNo,
  is_locked: yesNo,
  created_at: isoText,
}
export const OperatorsAnswer = answersList(v.strictObject(summary))

const details = v.strictObject({
  ...summary,
  total_recharged: yuanText,
  total_sessions: count,
  last_transaction_at: orNull(isoText),
  authorized_apps_count: count,
  sites_count: count,
  updated_at: isoText,
  category_pinned: yesNo,
  locked_reason: orNull(words('连续验签失败')),
  locked_at: orNull(isoText),
})
export const OperatorAnswer = answers(details, { errors: ['OPERATOR_NOT_FOUND'] })
export const LockedAnswer = answers(details, { message: '运营商账户已锁定', errors: ['OPERATOR_NOT_FOUND'] })
export const UnlockedAnswer = answers(details, { message: '运营商账户已解锁', errors: ['OPERATOR_NOT_FOUND'] })
export const ClosedByStaffAnswer = answers(details, { message: '运营商账户已注销', errors: ['OPERATOR_NOT_FOUND', 'BALANCE_NOT_ZERO'] })
export const EditedOperatorAnswer = answers(details, { message: '运营商信息已更新', errors: ['OPERATOR_NOT_FOUND'] })
export const CategoryAnswer = answers(details, {
  message: v.pipe(v.string(), v.startsWith('客户分类已调整为'), v.metadata({ examples: ['客户分类已调整为VIP'] })),
  errors: ['OPERATOR_NOT_FOUND'],
})
