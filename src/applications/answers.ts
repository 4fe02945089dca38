import * as v from 'valibot'
import { CATEGORIES } from '#drizzle/schema'
import { answers, answersList, count, isoText, oneOf, orNull, wireId, words, yesNo, yuanText } from '#src/core/answers'

/** What the applications' and authorisations' routes answer (API 4 and 5). */

const app = { app_id: wireId('application'), app_name: words('星际矿工') }
const terms = { unit_price: yuanText, min_players: count, max_players: count }
const description = orNull(words('四人合作的采矿冒险'))

export const UsableApplicationsAnswer = answers(
  v.strictObject({
    applications: v.array(v.strictObject({ ...app, description, ...terms, expires_at: orNull(isoText), authorized_at: isoText })),
  }),
)

const application = v.strictObject({
  ...app,
  ...terms,
  description,
  is_active: yesNo,
  created_at: isoText,
  updated_at: isoText,
  authorized_operators_count: count,
})
export const ApplicationsAnswer = answersList(application)
export const CreatedApplicationAnswer = answers(application, { status: 201, message: '应用创建成功' })
export const ChangedApplicationAnswer = answers(application, { message: '应用信息已更新', errors: ['APP_NOT_FOUND'] })
export const ChangedPriceAnswer = answers(
  v.strictObject({ app_id: app.app_id, old_price: yuanText, new_price: yuanText, notified_operators_count: count }),
  { message: '价格已更新，已通知所有授权运营商', errors: ['APP_NOT_FOUND'] },
)

export const GrantedAnswer = answers(v.strictObject({ authorization_id: wireId('authorization') }), {
  status: 201,
  message: '授权已生效',
  errors: ['RESOURCE_NOT_FOUND'],
})
export const GrantsAnswer = answersList(
  v.strictObject({
    authorization_id: wireId('authorization'),
    operator_id: wireId('operator'),
    operator_name: words('杭州幻境数字娱乐'),
    ...app,
    authorized_at: isoText,
    authorized_by: wireId('admin'),
    expires_at: orNull(isoText),
    status: oneOf(['active', 'expired', 'revoked']),
  }),
)
export const RevokedAnswer = answers(v.null(), { message: '授权已撤销', errors: ['RESOURCE_NOT_FOUND'] })

const availableApplication = v.strictObject({ ...app, description, ...terms })
export const AvailableApplicationsAnswer = answers(v.strictObject({ applications: v.array(availableApplication) }))

const request = {
  request_id: wireId('request'),
  ...app,
  reason: words('新店开业，需要一款四人合作的游戏'),
  status: oneOf(['pending', 'approved', 'rejected']),
  reject_reason: orNull(words('该应用暂不对试用客户开放')),
  reviewed_by: orNull(wireId('admin')),
  reviewed_at: orNull(isoText),
  created_at: isoText,
}
export const OwnRequestsAnswer = answersList(v.strictObject(request))
export const RequestedAnswer = answers(v.strictObject(request), {
  status: 201,
  message: '申请已提交，等待管理员审批',
  errors: ['APP_NOT_FOUND'],
})
export const RequestsAnswer = answersList(
  v.strictObject({
    ...request,
    operator_id: wireId('operator'),
    operator_name: words('杭州幻境数字娱乐'),
    operator_category: oneOf(CATEGORIES),
  }),
)
export const ApprovedAnswer = answers(v.strictObject({ authorization_id: wireId('authorization') }), {
  message: '申请已批准，运营商可立即使用',
  errors: ['RESOURCE_NOT_FOUND'],
})
export const RejectedAnswer = answers(v.null(), { message: '申请已拒绝', errors: ['RESOURCE_NOT_FOUND'] })
