import type { Asked, Outcome } from './alipay'
import { alipayBill } from './alipay-bill'
import { offerFile } from './bill-files'
import { billFault, billLines } from './bill-lines'
import type { Simulator } from './simulator'

/** The address of a day's trade bill, good for half a minute. A day without trades has a file that counts nothing. */
export function billAddress(simulator: Simulator, { content }: Asked): Outcome {
  const day = String(content.bill_date)
  if (content.bill_type !== 'trade' || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return { refused: 'isv.invalid-parameter', message: '参数无效' }
  if (billFault(simulator, day)) return { refused: 'isp.bill_not_exist', message: '账单不存在' }
  const bytes = alipayBill(simulator, day, billLines(simulator, 'alipay', day))
  const token = offerFile(simulator, { channel: 'alipay', name: `alipay ${day}`, bytes, isGzip: false })
  return { data: { bill_download_url: `${simulator.url}/downloadBillFile.resource?bizType=trade&fileType=csv.zip&fileId=${token}` } }
}
