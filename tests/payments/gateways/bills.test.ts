import { expect, test } from 'bun:test'
import { unzipSync } from 'fflate'
import { addDays, businessDay, now, startOfDay } from '#src/core/time'
import { CHANNELS, GatewayUnknown } from '#src/payments/gateways/gateway'
import { aPaidOrder, withGateways } from './scene'

/** The bill of a day, fetched the day after from the simulator. */

const scene = withGateways()

/** Turns the bank's clock to an hour of the day after today. */
const tomorrowAt = (hour: number) =>
  scene.bank.control.setAhead(addDays(startOfDay(businessDay(now())), 1).getTime() + hour * 3_600_000 - now().getTime())

test.each(CHANNELS.map((channel) => [channel]))(
  '%s: not there before ten, then whole, its bytes as the provider made them',
  async (channel) => {
    const order = await aPaidOrder(scene, channel)
    const day = businessDay(now())
    const gateway = scene.gateways[channel]
    await tomorrowAt(8)
    expect((await gateway.downloadBill(day)).state).not.toBe('ready')
    await tomorrowAt(11)
    const bill = await gateway.downloadBill(day)
    if (bill.state !== 'ready') throw new Error(bill.state)
    const files = channel === 'wechat' ? [bill.bytes] : Object.values(unzipSync(bill.bytes))
    expect(bill.name).toBe(channel === 'wechat' ? `wechat-${day}.csv` : `alipay-${day}.zip`)
    expect(files.map((file) => new TextDecoder(channel === 'wechat' ? 'utf-8' : 'gbk').decode(file)).join('\n')).toContain(order.outTradeNo)

    for (const name of ['call.500', 'call.cut', 'call.wrong_json'] as const) {
      await scene.bank.control.chaos(name, { channel, operation: 'download' })
      await expect(gateway.downloadBill(day)).rejects.toBeInstanceOf(GatewayUnknown)
      await scene.bank.control.clearChaos()
    }
    await scene.bank.control.setAhead(0)
  },
)
