import { expect, test } from 'bun:test'
import { operatorToken, withServer } from '#tests/support/api'
import { anOperator } from '#tests/support/factory'

const { started, call } = withServer()

test('what is our own fault answers INTERNAL_ERROR in the envelope, without a word of SQL, and is over when the cause is', async () => {
  const { owner } = started.database
  const token = await operatorToken((await anOperator()).id)
  await owner`ALTER TABLE operation_sites RENAME COLUMN address TO address_elsewhere`
  const broken = await call('GET /v1/operators/me/sites', { token })
  await owner`ALTER TABLE operation_sites RENAME COLUMN address_elsewhere TO address`
  expect(broken.status).toBe(500)
  expect(JSON.parse(broken.text)).toEqual({
    success: false,
    error_code: 'INTERNAL_ERROR',
    message: '服务器内部错误，请稍后重试',
    request_id: broken.headers.get('x-request-id'),
  })
  expect((await call('GET /v1/operators/me/sites', { token })).status).toBe(200)
})
