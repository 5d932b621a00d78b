/** One keep-alive HTTP client that drives floors and hub alike. */
import { Agent, request } from 'node:http'

export interface Shot {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Only this status counts. */
  readonly expect: number
}

export interface Volley {
  readonly perSecond: number
  readonly count: number
  readonly failures: number
  /** Milliseconds, sorted. */
  readonly latencies: readonly number[]
}

export interface DriveOptions {
  readonly port: number
  readonly connections: number
  readonly ms: number
  readonly next: (connection: number) => Shot
  /** Ends it earlier. */
  readonly isOver?: () => boolean
  /** After the last answer: work that belongs to the count (waiting until all is visible). */
  readonly settle?: () => Promise<void>
}

export async function drive(options: DriveOptions): Promise<Volley> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections })
  const latencies: number[] = []
  const counts = { failures: 0 }
  const started = performance.now()
  const until = started + options.ms
  const lane = async (connection: number) => {
    while (performance.now() < until && options.isOver?.() !== true) {
      const shot = options.next(connection)
      const from = performance.now()
      const status = await fire(agent, options.port, shot)
      if (status === shot.expect) latencies.push(performance.now() - from)
      else counts.failures += 1
    }
  }
  await Promise.all(Array.from({ length: options.connections }, (_, connection) => lane(connection)))
  await options.settle?.()
  const seconds = (performance.now() - started) / 1_000
  agent.destroy()
  latencies.sort((a, b) => a - b)
  return {
    perSecond: latencies.length / seconds,
    count: latencies.length,
    failures: counts.failures,
    latencies,
  }
}

/** Status of the answer; 0 when there was none. */
export function fire(agent: Agent, port: number, shot: Shot): Promise<number> {
  return new Promise((resolve) => {
    const body = shot.body === undefined ? undefined : Buffer.from(shot.body)
    const sent = request(
      {
        agent,
        host: '127.0.0.1',
        port,
        method: shot.method,
        path: shot.path,
        headers: { ...shot.headers, ...(body === undefined ? {} : { 'content-length': body.length }) },
      },
      (response) => {
        response.on('data', () => undefined)
        response.on('end', () => resolve(response.statusCode ?? 0))
        response.on('error', () => resolve(0))
      },
    )
    sent.on('error', () => resolve(0))
    sent.end(body)
  })
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
