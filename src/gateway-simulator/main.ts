import { parseArgs } from 'node:util'
import { config } from '#src/platform/config'
import { endWithSupervisor, SUPERVISED } from '#src/platform/supervised'
import { openGateway } from './gateway'
import { prepareGateway } from './keys'
import { resumeSending } from './send'
import { changeSettings, openSimulator, type Settings } from './simulator'

/**
 * The simulated bank, a process of its own: `main.ts --folder .data/gateway-simulator --port 8090 [--pace 0.001] [--notify-base URL]`.
 * It hangs, dies and answers late like a real one, and it is never there where real money is.
 */

const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== SUPERVISED),
  options: {
    folder: { type: 'string', default: 'gateway-simulator' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    pace: { type: 'string' },
    'notify-base': { type: 'string' },
  },
})

if (config().production) {
  process.stderr.write('支付模拟器不在生产环境启动 / The gateway simulator does not start in production\n')
  process.exit(1)
}

const port = Number(values.port)
await prepareGateway(values.folder, { port })
const simulator = openSimulator(values.folder, { url: `http://127.0.0.1:${port}` })
const given: Partial<Settings> = {
  ...(values.pace === undefined ? {} : { pace: Number(values.pace) }),
  ...(values['notify-base'] === undefined ? {} : { notifyBase: values['notify-base'] }),
}
changeSettings(simulator, given)
resumeSending(simulator)
const gateway = openGateway(simulator, { port, hostname: values.host })

endWithSupervisor(async () => {
  await gateway.stop()
  process.exit(0)
})
