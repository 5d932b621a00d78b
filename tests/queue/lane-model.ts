/** A stand-in for store and hub: lanes with rows, leases, and a record of what was worked in which order. */
import { setTimeout as wait } from 'node:timers/promises'
import type { LaneWork } from '../../queue/contract.js'
import { type LaneKey, laneKey } from '../../src/core/ids.js'
import type { Log } from '../../src/core/ports.js'

export interface LaneModel extends LaneWork {
  readonly add: (lane: string, row: number) => LaneKey
  readonly worked: ReadonlyMap<LaneKey, readonly number[]>
  /** Times at which a lane was worked by two at once; must stay 0. */
  readonly overlaps: () => number
  readonly mostAtOnce: () => number
  readonly waiting: () => number
}

export function laneModel(rowsMax: number, workMs = 1): LaneModel {
  const open = new Map<LaneKey, number[]>()
  const worked = new Map<LaneKey, number[]>()
  const leased = new Set<LaneKey>()
  let overlaps = 0
  let most = 0

  async function workLane(lane: LaneKey): Promise<boolean> {
    if (leased.has(lane)) {
      overlaps += 1
      return false
    }
    if ((open.get(lane) ?? []).length === 0) return false
    leased.add(lane)
    most = Math.max(most, leased.size)
    const rows = open.get(lane) ?? []
    for (let n = 0; n < rowsMax && rows.length > 0; n += 1) {
      await wait(workMs)
      worked.set(lane, [...(worked.get(lane) ?? []), rows.shift()!])
    }
    leased.delete(lane)
    return rows.length > 0
  }

  async function workLanes(lanes: readonly LaneKey[]): Promise<ReadonlySet<LaneKey>> {
    const remain = await Promise.all(lanes.map(workLane))
    return new Set(lanes.filter((_, index) => remain[index]))
  }

  return {
    workLanes,
    dueLanes: async (limit) =>
      [...open]
        .filter(([lane, rows]) => rows.length > 0 && !leased.has(lane))
        .map(([lane]) => lane)
        .slice(0, limit),
    add: (name, row) => {
      const lane = laneKey(name)
      const rows = open.get(lane) ?? []
      rows.push(row)
      open.set(lane, rows)
      return lane
    },
    worked,
    overlaps: () => overlaps,
    mostAtOnce: () => most,
    waiting: () => [...open.values()].reduce((sum, rows) => sum + rows.length, 0),
  }
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  limitMs: number,
  what: string,
): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`)
    await wait(5)
  }
}

export interface RecordedLog extends Log {
  readonly lines: string[]
}

export function recordedLog(): RecordedLog {
  const lines: string[] = []
  const line = (event: string, fields: object = {}) => void lines.push(`${event} ${JSON.stringify(fields)}`)
  return { lines, info: line, warn: line, error: line }
}
