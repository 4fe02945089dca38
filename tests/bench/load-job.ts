/** What the load process is told and what it tells back; both travel as plain JSON. */

export type LoadOperator = { id: string; apiKey: string; siteId: string }

/** Game starts of headset servers, or transfers that a partner asks for. */
export type LoadJob = GameLoad | TransferLoad

type Load = {
  port: number
  connections: number
  /** Load that is not measured, so that every connection is busy when the window opens. */
  warmupSeconds: number
  seconds: number
  /** Starts offered per second whatever the server does; undefined: each connection sends as soon as it is answered. */
  offeredPerSecond?: number
  /** Requests signed before the window; a closed loop ends early when they are used up. */
  requests: number
}

export type GameLoad = Load & {
  applicationId: string
  players: number
  operators: LoadOperator[]
  /** This share of the requests goes to the first operator, the rest evenly to all others. */
  hotShare: number
}

/** Each transfer is one coin from the hot player's wallet to one of the others. */
export type TransferLoad = Load & { partnerKey: string; hot: string; others: string[] }

export type Latency = { p50: number; p95: number; p99: number; max: number }

export type LoadResult = {
  /** Answers within the window, per second of it. */
  perSecond: number
  /** Milliseconds; of an offered load counted from the planned moment of sending, so that waiting for a free connection is in it. */
  latency: Latency
  /** All answers of the whole job, warm-up included, by HTTP status. */
  statuses: Record<string, number>
  /** Requests without an answer. */
  lost: number
  /** Accepted starts of each operator of the job. */
  accepted: number[]
  /** Processor seconds of the load process during the window. */
  cpuSeconds: number
}
