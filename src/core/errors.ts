/** One line of the catalogue: HTTP status, whether the same call may be repeated, and the words in both languages. */
export type ProblemKind = {
  status: number
  /** yes: repeat unchanged; no: never; cure: repeat after the named cure. */
  retry: 'yes' | 'no' | 'cure'
  zh: string | Record<string, string>
  en: string | Record<string, string>
}

/**
 * Every error the product answers with, in order of precedence: when two rules are broken, the earlier one answers.
 * `{x}` is filled in from the details. A kind with several texts names them; `Problem` is told which one to use.
 */
export const problems = {
  SERVICE_UNAVAILABLE: { status: 503, retry: 'yes', zh: '系统维护中，请稍后重试', en: 'Service under maintenance, please retry later' },
  ROUTE_NOT_FOUND: { status: 404, retry: 'no', zh: '接口不存在', en: 'No such endpoint' },
  METHOD_NOT_ALLOWED: { status: 405, retry: 'no', zh: '不支持的请求方法', en: 'Method not allowed' },
  RATE_LIMIT_EXCEEDED: {
    status: 429,
    retry: 'yes',
    zh: {
      ip: '请求频率超限，单IP每分钟最多{limit}次请求',
      login: '登录失败次数过多，请{retry_after}秒后再试',
      operator: '请求频率超限，单运营商每分钟最多{limit}次授权请求',
    },
    en: {
      ip: 'Too many requests: at most {limit} per minute from one IP',
      login: 'Too many failed sign-ins, retry in {retry_after} seconds',
      operator: 'Too many requests: at most {limit} authorisations per minute',
    },
  },
  PAYLOAD_TOO_LARGE: { status: 413, retry: 'no', zh: '请求内容过大', en: 'Request body too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retry: 'no', zh: '不支持的内容类型', en: 'Unsupported content type' },
  INVALID_PARAMS: {
    status: 400,
    retry: 'no',
    zh: {
      shape: '请求参数验证失败：{first}',
      ALREADY_PROCESSED: '该申请已处理，无法重复操作',
      ALREADY_AUTHORIZED: '该运营商已被授权此应用',
      ALREADY_YOURS: '您已被授权该应用，无需重复申请',
      REQUEST_EXISTS: '该应用已有待审批的申请',
      APP_INACTIVE: '应用已下架',
      NAME_EXISTS: '名称已存在，请更换',
      PRICE_UNCHANGED: '新价格与当前价格相同',
      EXCEEDS_INVOICEABLE: '开票金额不能超过已充值金额减去退款与已开票金额后的余额',
      NO_BALANCE: '当前余额为0，无法申请退款',
      NOTHING_TO_REFUND: '运营商当前余额为0，无法退款',
      AMOUNT_EXCEEDS_BALANCE: '退款金额不能超过当前余额',
      NO_MORE_PARTIALS: '该订单的退款次数已达支付渠道上限，请改用银行转账',
      NOT_FINAL: '支付渠道尚未给出最终结果，请稍后再试',
      LAST_SUPER_ADMIN: '最后一位超级管理员不能停用',
      SAME_STATE: '账户状态不允许此操作',
      AMOUNT_OUT_OF_RANGE: '充值金额必须在{min}-{max}元之间',
    },
    en: {
      shape: 'Invalid request: {first}',
      ALREADY_PROCESSED: 'Already processed, it cannot be done again',
      ALREADY_AUTHORIZED: 'This operator is already authorised for this application',
      ALREADY_YOURS: 'You are already authorised for this application',
      REQUEST_EXISTS: 'A request for this application is already waiting',
      APP_INACTIVE: 'The application is inactive',
      NAME_EXISTS: 'This name is taken, please choose another',
      PRICE_UNCHANGED: 'The new price equals the current price',
      EXCEEDS_INVOICEABLE: 'The amount exceeds what was recharged less refunds and what is invoiced already',
      NO_BALANCE: 'The balance is 0, there is nothing to refund',
      NOTHING_TO_REFUND: 'The balance of this operator is 0, nothing can be refunded',
      AMOUNT_EXCEEDS_BALANCE: 'The amount exceeds the present balance',
      NO_MORE_PARTIALS: 'This order was refunded as often as its channel allows, please use a bank transfer',
      NOT_FINAL: 'The payment channel has not given its final answer yet, please try again later',
      LAST_SUPER_ADMIN: 'The last super_admin cannot be disabled',
      SAME_STATE: 'The state of the account does not allow this',
      AMOUNT_OUT_OF_RANGE: 'The amount must be between {min} and {max} yuan',
    },
  },
  INVALID_API_KEY: {
    status: 401,
    retry: 'no',
    zh: 'API Key不存在或已失效，请联系管理员',
    en: 'Unknown or revoked API key, please contact your administrator',
  },
  INVALID_SIGNATURE: {
    status: 400,
    retry: 'no',
    zh: 'HMAC签名验证失败，请检查签名算法和密钥',
    en: 'HMAC signature does not match, please check the recipe and the key',
  },
  TIMESTAMP_EXPIRED: {
    status: 400,
    retry: 'cure',
    zh: '请求时间戳已过期，允许时间差: 5分钟',
    en: 'The request timestamp is outside the allowed 5 minutes',
  },
  UNAUTHORIZED: {
    status: 401,
    retry: 'cure',
    zh: { session: '认证失败，请重新登录', credentials: '用户名或密码错误', password: '密码验证失败' },
    en: { session: 'Authentication failed, please sign in again', credentials: 'Wrong username or password', password: 'Wrong password' },
  },
  TOTP_REQUIRED: { status: 401, retry: 'cure', zh: '请输入动态验证码', en: 'Please enter your one-time code' },
  ACCOUNT_LOCKED: {
    status: 403,
    retry: 'cure',
    zh: '账户已锁定，请联系管理员',
    en: 'The account is locked, please contact your administrator',
  },
  ACCOUNT_DEACTIVATED: {
    status: 403,
    retry: 'no',
    zh: { login: '账户已注销，无法登录', use: '账户已注销，无法使用' },
    en: { login: 'The account is closed and cannot sign in', use: 'The account is closed and cannot be used' },
  },
  PERMISSION_DENIED: { status: 403, retry: 'no', zh: '您没有权限执行此操作', en: 'You are not permitted to do this' },
  SESSION_ID_CONFLICT: {
    status: 409,
    retry: 'no',
    zh: '会话ID已用于其他请求，请更换会话ID',
    en: 'This session id was used for another request, please use a new one',
  },
  IDEMPOTENCY_KEY_CONFLICT: {
    status: 409,
    retry: 'no',
    zh: '幂等键已用于其他请求',
    en: 'This idempotency key was used for another request',
  },
  INVALID_SESSION_ID_FORMAT: {
    status: 400,
    retry: 'no',
    zh: '会话ID格式错误，应为 {operatorId}_{timestamp}_{16位字母数字}',
    en: 'Malformed session id, expected {operatorId}_{timestamp}_{16 letters or digits}',
  },
  SESSION_ID_OPERATOR_MISMATCH: {
    status: 400,
    retry: 'no',
    zh: '会话ID中的运营商与API Key不一致',
    en: 'The operator in the session id is not the owner of the API key',
  },
  SESSION_ID_EXPIRED: {
    status: 400,
    retry: 'cure',
    zh: '会话ID时间超出允许范围: ±5分钟',
    en: 'The time in the session id is outside the allowed ±5 minutes',
  },
  SITE_NOT_FOUND: { status: 404, retry: 'no', zh: '运营点不存在', en: 'No such site' },
  SITE_INACTIVE: { status: 403, retry: 'no', zh: '运营点已删除，无法使用', en: 'The site was deleted and cannot be used' },
  APP_NOT_FOUND: { status: 404, retry: 'no', zh: '应用不存在', en: 'No such application' },
  APP_INACTIVE: { status: 403, retry: 'no', zh: '应用已下架', en: 'The application is inactive' },
  APP_NOT_AUTHORIZED: {
    status: 403,
    retry: 'cure',
    zh: '您未被授权使用此应用，请联系管理员申请授权',
    en: 'You are not authorised for this application, please request access',
  },
  AUTHORIZATION_EXPIRED: {
    status: 403,
    retry: 'cure',
    zh: '应用授权已于{expires_at}到期，请联系管理员续期',
    en: 'The authorisation expired at {expires_at}, please have it renewed',
  },
  OPERATOR_NOT_FOUND: { status: 404, retry: 'no', zh: '运营商不存在', en: 'No such operator' },
  REFUND_NOT_FOUND: { status: 404, retry: 'no', zh: '退款申请不存在', en: 'No such refund request' },
  INVOICE_NOT_FOUND: { status: 404, retry: 'no', zh: '发票不存在', en: 'No such invoice' },
  ORDER_NOT_FOUND: { status: 404, retry: 'no', zh: '订单不存在', en: 'No such order' },
  USAGE_RECORD_NOT_FOUND: { status: 404, retry: 'no', zh: '使用记录不存在', en: 'No such usage record' },
  SESSION_NOT_FOUND: { status: 404, retry: 'no', zh: '会话不存在', en: 'No such session' },
  RESOURCE_NOT_FOUND: {
    status: 404,
    retry: 'no',
    zh: { resource: '请求的资源不存在', grant: '运营商或应用不存在', staff: '没有员工“{id}”' },
    en: { resource: 'No such resource', grant: 'No such operator or application', staff: 'There is no member of staff called "{id}"' },
  },
  INVOICE_NOT_READY: { status: 404, retry: 'yes', zh: '发票尚未生成', en: 'The invoice has not been issued yet' },
  PLAYER_COUNT_OUT_OF_RANGE: {
    status: 400,
    retry: 'no',
    zh: '玩家数量必须在{min_players}-{max_players}之间，当前请求: {requested_players}人',
    en: 'Players must be {min_players}-{max_players}, requested: {requested_players}',
  },
  USERNAME_EXISTS: { status: 400, retry: 'no', zh: '用户名已被注册，请更换', en: 'This username is taken, please choose another' },
  OPEN_ITEMS: {
    status: 409,
    retry: 'cure',
    zh: '存在未完结的业务，无法注销',
    en: 'There is unfinished business, the account cannot be closed',
  },
  SECOND_REVIEWER_REQUIRED: {
    status: 403,
    retry: 'cure',
    zh: '该金额需由另一名财务人员复核',
    en: 'This amount has to be confirmed by another member of finance',
  },
  BALANCE_NOT_ZERO: {
    status: 400,
    retry: 'cure',
    zh: '账户余额为{balance}元，请先申请退款后再注销',
    en: 'The balance is {balance} yuan, please request a refund before closing the account',
  },
  INSUFFICIENT_BALANCE: {
    status: 402,
    retry: 'cure',
    zh: '账户余额不足，当前余额: {current_balance}元，需要: {required_amount}元',
    en: 'Insufficient balance: {current_balance} yuan available, {required_amount} yuan needed',
  },
  PAYMENT_FAILED: {
    status: 502,
    retry: 'yes',
    zh: '支付下单失败，请稍后再试',
    en: 'The payment could not be started, please try again later',
  },
  PAYMENT_UNAVAILABLE: {
    status: 503,
    retry: 'yes',
    zh: '支付服务暂时不可用，请稍后再试',
    en: 'Payment is not available at the moment, please try again later',
  },
  INTERNAL_ERROR: { status: 500, retry: 'yes', zh: '服务器内部错误，请稍后重试', en: 'Internal error, please retry later' },
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof problems
