import { config } from '#src/platform/config'
import { type PaymentEnvironment, type PaymentSettings, readPaymentSettings } from '#src/platform/payment-settings'
import { openAlipay } from './alipay'
import { CHANNELS, type Channel, type Gateway } from './gateway'
import { openWechatPay } from './wechat-pay'

type Gateways = Partial<Record<Channel, Gateway>>

let current: Gateways | undefined

/** The gateway of a channel; undefined where it is not configured, so the channel is switched off. */
export function gateway(channel: Channel): Gateway | undefined {
  current ??= open(config().payments, config().PUBLIC_URL)
  return current[channel]
}

/** The channels that are switched on. */
export const configuredChannels = (): Channel[] => CHANNELS.filter((channel) => gateway(channel) !== undefined)

/**
 * Points this process at other gateways than those of its environment (tests, trainings): `given` as the environment would say it. Call
 * the returned function to go back.
 */
export function useGateways(given: PaymentEnvironment, publicUrl: string = config().PUBLIC_URL): () => void {
  const { settings, faults } = readPaymentSettings(given, { masterKeys: config().MASTER_KEYS, production: config().production })
  if (faults.length > 0) throw new Error(faults.join('; '))
  current = open(settings, publicUrl)
  return () => {
    current = undefined
  }
}

function open({ wechat, alipay }: PaymentSettings, publicUrl: string): Gateways {
  const base = publicUrl.replace(/\/$/, '')
  return {
    ...(wechat && { wechat: openWechatPay(wechat, `${base}/v1/notify/wechat`) }),
    ...(alipay && { alipay: openAlipay(alipay, `${base}/v1/notify/alipay`) }),
  }
}
