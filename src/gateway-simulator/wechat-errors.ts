/** What WeChat Pay answers when it says no: HTTP status, code, words, and the number behind the last dash of `Request-Id`. */

type Refusal = { status: number; code: string; message: string; number: number }

export const WECHAT_REFUSALS = {
  header: { status: 400, code: 'PARAM_ERROR', message: 'Http头缺少Accept或User-Agent', number: 268435461 },
  sign: { status: 401, code: 'SIGN_ERROR', message: '签名错误，请检查后再试', number: 268443699 },
  parameter: { status: 400, code: 'PARAM_ERROR', message: '参数错误', number: 268435461 },
  range: { status: 400, code: 'PARAM_ERROR', message: '输入源参数取值超出范围', number: 268435464 },
  app: { status: 400, code: 'APPID_MCHID_NOT_MATCH', message: 'appid和mch_id不匹配，请检查后再试', number: 268445527 },
  merchant: { status: 400, code: 'PARAM_ERROR', message: '商户号和订单不匹配', number: 268447843 },
  noAuth: { status: 403, code: 'NO_AUTH', message: '商户无权限', number: 268435463 },
  absent: { status: 404, code: 'ORDER_NOT_EXIST', message: '订单不存在', number: 268512771 },
  paid: { status: 400, code: 'ORDER_PAID', message: '该订单已支付', number: 268449538 },
  alreadyPaid: { status: 400, code: 'ORDER_PAID', message: '订单已支付', number: 268498689 },
  reentry: { status: 400, code: 'INVALID_REQUEST', message: '请求重入时，参数与首次请求时不一致', number: 268498688 },
  lapsed: { status: 400, code: 'ORDER_CLOSED', message: '订单已失效', number: 268447914 },
  refundAbsent: { status: 404, code: 'RESOURCE_NOT_EXISTS', message: '退款单不存在', number: 268512770 },
  orderForRefundAbsent: { status: 404, code: 'RESOURCE_NOT_EXISTS', message: '订单不存在', number: 268512771 },
  refundUnpaid: { status: 400, code: 'INVALID_REQUEST', message: '订单未支付，不能退款', number: 268435462 },
  refundTotal: { status: 400, code: 'INVALID_REQUEST', message: '订单金额或退款金额与之前请求不一致，请核实后再试', number: 268498688 },
  refundTooMuch: { status: 400, code: 'INVALID_REQUEST', message: '申请退款金额大于订单可退金额', number: 268435462 },
  refundTooOld: { status: 400, code: 'INVALID_REQUEST', message: '订单已超过可退款的最大期限（支付后一年内可退）', number: 268435462 },
  refundTooMany: { status: 400, code: 'INVALID_REQUEST', message: '部分退款次数已超过50次', number: 268435462 },
  balance: { status: 403, code: 'NOT_ENOUGH', message: '基本账户余额不足，请充值后重新发起', number: 268451584 },
  notAbnormal: { status: 400, code: 'INVALID_REQUEST', message: '退款单状态不是退款异常', number: 268435462 },
  frequency: { status: 429, code: 'FREQUENCY_LIMITED', message: '频率超限', number: 268447840 },
  system: { status: 500, code: 'SYSTEM_ERROR', message: '系统异常，请用相同参数重新调用', number: 268435466 },
  billCreating: { status: 400, code: 'STATEMENT_CREATING', message: '账单生成中', number: 268490753 },
  billAbsent: { status: 400, code: 'NO_STATEMENT_EXIST', message: '账单文件不存在', number: 268490754 },
  billDate: { status: 400, code: 'INVALID_REQUEST', message: '账单日期超出可下载范围', number: 268435462 },
  unknownPath: { status: 404, code: 'RESOURCE_NOT_EXISTS', message: '无可用的平台资源', number: 268435460 },
} as const satisfies Record<string, Refusal>
export type WechatRefusal = keyof typeof WECHAT_REFUSALS
