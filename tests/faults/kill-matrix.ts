/**
 * The kill matrix (reliability.md 7): faults at named places while senders send, again and again in one database, and
 * the oracle over what is there in the end.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { FailPoint } from '../../src/core/failpoint.js'
import { breachesOf } from '../oracle/invariants.js'
import { markersIn } from '../oracle/markers.js'
import type { Random } from '../oracle/random.js'
import { newSendersLog, type SendersLog, sendStory } from '../oracle/senders.js'
import { tellStory } from '../oracle/story.js'
import type { Fault, FaultAction } from '../support/fault.js'
import type { HubProcess } from '../support/hub-process.js'
import type { Rig } from '../support/rig.js'

export interface Cell {
  /** Number in the table of reliability.md 7. */
  readonly row: string
  readonly point: FailPoint
  readonly detail?: string
  /** Statements go over a line of their own only to a server. */
  readonly postgresOnly?: true
  /** Reached once in a while: the first time is the one. */
  readonly rare?: true
}

export const CELLS: readonly Cell[] = [
  { row: 'K1', point: 'before-inbox-commit' },
  { row: 'K2', point: 'statement-sent', detail: 'accept', postgresOnly: true },
  { row: 'K3', point: 'after-inbox-commit' },
  { row: 'K4', point: 'after-answer' },
  { row: 'K5', point: 'before-claim' },
  { row: 'K6', point: 'after-claim' },
  { row: 'K7', point: 'before-effect-commit' },
  { row: 'K8', point: 'statement-sent', detail: 'commit', postgresOnly: true },
  { row: 'K9', point: 'after-effect-commit' },
  { row: 'K10', point: 'before-owed-answer', rare: true },
]

export interface Planned {
  readonly cell: Cell
  /** `instant`: kill -9 from outside, at no named place. */
  readonly action: FaultAction | 'instant'
}

export interface SessionOptions {
  readonly random: Random
  readonly plan: readonly Planned[]
  /** Between two messages of a sender. */
  readonly pauseMs?: number
}

export interface SessionResult {
  readonly breaches: readonly string[]
  readonly faults: readonly string[]
  readonly log: SendersLog
}

const PATIENTS = 6
const PER_PATIENT = 6
const PATIENCE_MS = 60_000
const REACHED_MS_MAX = 20_000
const DRAIN_MS_MAX = 30_000
/** Longer than a lease of the rig's (TENTH). */
const HANG_MS = 3_000
const DELAY_MS = 2_000
const NTH_MAX = 6

/** Runs the plan, one fault after the other, under load; then lets the hub come to rest and judges. */
export async function faultSession(rig: Rig, options: SessionOptions): Promise<SessionResult> {
  const log = newSendersLog()
  const faults: string[] = []
  const breaches: string[] = []
  const state = { done: false, hub: await rig.start() }
  const sending = keepSending(rig, options, log, () => state.done)
  for (const planned of options.plan) {
    const happened = await commitFault(state.hub, planned, options.random)
    if (happened === undefined) breaches.push(`${planned.cell.row} ${planned.action} was never reached`)
    else faults.push(happened)
    if (state.hub.ended()) state.hub = await rig.start()
  }
  state.done = true
  await sending
  breaches.push(...(await untilDrained(state.hub.url, DRAIN_MS_MAX)), ...log.wrong)
  breaches.push(...(await markersIn(rig, state.hub.url, log.acknowledged)))
  const code = await state.hub.stop()
  if (code !== 0) breaches.push(`the hub ended with ${code} when told to`)
  breaches.push(...(await breachesOf({ state: await rig.readState(), acknowledged: log.acknowledged })))
  return { breaches, faults, log }
}

/** Story after story, each of other people, until it is told that it is done. */
async function keepSending(
  rig: Rig,
  { random, pauseMs = 100 }: SessionOptions,
  log: SendersLog,
  isDone: () => boolean,
): Promise<void> {
  const seed = random.below(2 ** 31)
  for (let told = 0; told === 0 || !isDone(); told += 1) {
    const story = tellStory({
      seed: seed + told,
      from: told * PATIENTS,
      patients: PATIENTS,
      perPatient: PER_PATIENT,
    })
    await sendStory(story, { door: rig.door, log, pauseMs, patienceMs: PATIENCE_MS })
  }
}

/** @returns what happened, undefined when the place was not reached */
async function commitFault(hub: HubProcess, planned: Planned, random: Random): Promise<string | undefined> {
  const { cell, action } = planned
  if (action === 'instant') {
    await wait(50 + random.below(500))
    await hub.kill()
    return 'killed at no named place'
  }
  const fault: Fault = {
    point: cell.point,
    action,
    nth: cell.rare ? 1 : 1 + random.below(NTH_MAX),
    delayMs: DELAY_MS,
    ...(cell.detail === undefined ? {} : { detail: cell.detail }),
  }
  const before = hub.faults().length
  hub.arm(fault)
  const until = Date.now() + REACHED_MS_MAX
  while (hub.faults().length === before && !hub.ended()) {
    if (Date.now() > until) return undefined
    await wait(5)
  }
  if (action === 'kill') await hub.kill()
  if (action === 'delay') await wait(DELAY_MS)
  if (action === 'hang') {
    await wait(HANG_MS)
    hub.signal('SIGCONT')
  }
  return `${cell.row} ${fault.nth} ${action}`
}

/** I-9: what waits is worked off without a human. */
export async function untilDrained(url: string, limitMs: number): Promise<string[]> {
  const started = Date.now()
  for (let waiting = '?'; ; ) {
    const text = await fetch(`${url}/metrics`).then(
      (response) => response.text(),
      () => '',
    )
    waiting = /^stafett_messages_waiting (\d+)/m.exec(text)?.[1] ?? waiting
    if (waiting === '0') return []
    if (Date.now() - started > limitMs) return [`I-9: ${waiting} messages wait after ${limitMs} ms`]
    await wait(50)
  }
}
