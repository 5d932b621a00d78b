/** What runs by the clock in a process that works lanes off. */
import type { Config } from '../config.js'
import { codeOf } from '../core/errors.js'
import type { LaneKey } from '../core/ids.js'
import type { Log } from '../core/ports.js'
import { type Job, openJobs } from '../hub/jobs.js'
import { type Parking, tendParkedChannels } from '../hub/parked-channels.js'
import { raiseAlerts } from '../hub/raise-alerts.js'
import { removeOldRaw } from '../hub/remove-old-raw.js'
import { stepReplays } from '../hub/run-replays.js'
import type { Store } from '../store/contract.js'
import { IN_MEMORY } from '../store/database.js'
import { lastBackup } from '../store/embedded-folder.js'
import type { ProcessCounts } from '../store/watch-contract.js'
import { alertWebhook } from './alert-webhook.js'

export interface ClockDeps {
  readonly config: Config
  /** Of this process, for alerts. */
  readonly counts: () => Promise<ProcessCounts>
  readonly store: Store
  readonly parking: Parking
  readonly ring: (lane: LaneKey) => void
  readonly who: string
  readonly log: Log
  /** Besides the jobs of this file. */
  readonly more: readonly Job[]
}

const LOOK_MS = 2_000
/** While a replay runs. */
const REPLAY_STEP_MS = 100
const PARKING_MS = 10_000
const ALERTS_MS = 10_000
const REPORT_MS = 10_000
const PARTNERS_MS = 60_000
const RETENTION_MS = 600_000

/** @returns ends it, when the turn in hand is over */
export function startClock(deps: ClockDeps): () => Promise<void> {
  const { store, parking, ring, log } = deps
  const startedAt = new Date().toISOString()
  const look = openJobs({ store, clock: Date.now, log, who: deps.who }, jobsOf(deps))
  const replays = { store, ring, log, inFlightMax: deps.config.replayRows }
  const clocks = [
    startLoop(async () => {
      await Promise.all([parking.refresh(), look()])
      return LOOK_MS
    }),
    startLoop(async () => {
      await deps
        .counts()
        .then((counts) => store.reportProcess(deps.who, startedAt, counts))
        .catch((error: unknown) => log.warn('process not reported', { code: codeOf(error) }))
      return REPORT_MS
    }),
    startLoop(async () => ((await stepReplays(replays)) ? REPLAY_STEP_MS : LOOK_MS)),
  ]
  return async () => {
    await Promise.all(clocks.map((stop) => stop()))
  }
}

function jobsOf({ config, store, ring, log, more }: ClockDeps): readonly Job[] {
  const retention = { store, log, clock: Date.now, rawDays: config.rawDays }
  const backupAgeS = () => ageOfBackup(config, store)
  const alerts = { store, log, backupAgeS, tell: alertWebhook(config.alertWebhook) }
  return [
    {
      name: 'parked-channels',
      everyMs: PARKING_MS,
      run: () => tendParkedChannels(store, ring, log),
    },
    {
      name: 'partners',
      everyMs: PARTNERS_MS,
      run: (memory) => store.notePartners(typeof memory === 'string' ? memory : undefined),
    },
    { name: 'alerts', everyMs: ALERTS_MS, run: () => raiseAlerts(alerts) },
    {
      name: 'raw-retention',
      everyMs: RETENTION_MS,
      run: (memory) => removeOldRaw(retention, memory),
    },
    ...more,
  ]
}

/** A store that was never backed up counts from when it was made. */
async function ageOfBackup({ databaseUrl, dataDir }: Config, store: Store): Promise<number | undefined> {
  if (databaseUrl !== undefined || dataDir === IN_MEMORY) return undefined
  const note = lastBackup(dataDir)
  return note === undefined ? store.storeAgeS() : (Date.now() - Date.parse(note.at)) / 1_000
}

/** Calls `turn` again when the milliseconds are over that it gives; a turn that rejects is a bug and ends the process. */
function startLoop(turn: () => Promise<number>): () => Promise<void> {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  const next = (pauseMs: number) => {
    if (stopped) return
    timer = setTimeout(() => {
      running = turn().then(next)
    }, pauseMs)
    timer.unref()
  }
  next(LOOK_MS)
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}
