import { expect, test } from 'bun:test'
import { isAddressRange, isListed } from '#src/platform/address-list'

test.each([
  ['203.0.113.7', true],
  ['10.0.0.0/8', true],
  ['0.0.0.0/0', true],
  ['2001:db8::/32', true],
  ['::1', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
  ['10.0.0/8', false],
  ['2001:db8::/129', false],
  ['fe80::1%eth0', false],
  ['example.com', false],
  ['', false],
])('%s is a range: %p', (text, isOne) => {
  expect(isAddressRange(text)).toBe(isOne)
})

test('an address is in a list or not, both families, and everything is in an empty one', () => {
  const list = ['203.0.113.0/24', '2001:db8::/32', '198.51.100.9/32']
  expect(['203.0.113.255', '2001:db8:ffff::1', '198.51.100.9'].map((ip) => isListed(list, ip))).toEqual([true, true, true])
  expect(['203.0.114.1', '2001:db9::1', '198.51.100.10', 'nonsense', '::ffff:9.9.9.9'].map((ip) => isListed(list, ip))).toEqual([
    false,
    false,
    false,
    false,
    false,
  ])
  expect(isListed([], 'anything')).toBe(true)
})
