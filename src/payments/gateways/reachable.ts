import { type Channel, GatewayUnknown } from './gateway'

/** One lost answer is the weather, this many in a row are a provider that is down. */
const DOWN_AFTER = 3

const lostInARow = new Map<Channel, number>()

/** Remembers whether a provider answered this call, with yes or with no. */
export async function listening<T>(channel: Channel, call: Promise<T>): Promise<T> {
  try {
    const answer = await call
    lostInARow.set(channel, 0)
    return answer
  } catch (error) {
    lostInARow.set(channel, error instanceof GatewayUnknown ? (lostInARow.get(channel) ?? 0) + 1 : 0)
    throw error
  }
}

/** Whether the last calls of this process were answered; true before the first. */
export const isReachable = (channel: Channel): boolean => (lostInARow.get(channel) ?? 0) < DOWN_AFTER
