/** One database, senders that go on sending, one fault after the other, then rest, and the oracle over what is there. */
import { setTimeout as wait } from 'node:timers/promises'
import { breachesOf } from '../oracle/invariants.js'
import { markersIn } from '../oracle/markers.js'
import type { Random } from '../oracle/random.js'
import { newSendersLog, type SendersLog, sendStory } from '../oracle/senders.js'
import { tellStory } from '../oracle/story.js'
import type { HubProcess } from '../support/hub-process.js'
import type { Rig } from '../support/rig.js'

export interface Scene {
  readonly rig: Rig
  readonly random: Random
  readonly hub: () => HubProcess
  /** Starts the hub again after it ended. */
  readonly restart: () => Promise<void>
  /** How long what is not over at once lasts, in milliseconds: longer than a lease. */
  readonly lastsMs: number
}

/** Something that goes wrong under load, and is over when it resolves. */
export interface Fault {
  /** With the number in reliability.md 7 or 8. */
  readonly name: string
  /** @throws Error when it could not be made to happen */
  readonly happen: (scene: Scene) => Promise<void>
}

export interface SessionOptions {
  readonly random: Random
  readonly faults: readonly Fault[]
  /** Longer than a lease of the rig's. */
  readonly lastsMs?: number
}

export interface SessionResult {
  readonly breaches: readonly string[]
  readonly log: SendersLog
}

const PATIENTS = 6
const PER_PATIENT = 6
const PAUSE_MS = 100
const PATIENCE_MS = 90_000
const DRAIN_MS_MAX = 30_000
const LASTS_MS = 2_000

export async function faultSession(rig: Rig, options: SessionOptions): Promise<SessionResult> {
  const { random, faults, lastsMs = LASTS_MS } = options
  const log = newSendersLog()
  const breaches: string[] = []
  const state = { done: false, hub: await rig.start() }
  const restart = async () => {
    state.hub = await rig.start()
  }
  const sending = keepSending(rig, random.below(2 ** 31), log, () => state.done)
  for (const fault of faults) {
    const scene = { rig, random, hub: () => state.hub, restart, lastsMs }
    await fault.happen(scene).catch((error: unknown) => breaches.push(`${fault.name}: ${error}`))
    if (state.hub.ended()) await restart()
    await untilOver(state.hub.url)
  }
  state.done = true
  await sending
  breaches.push(...(await untilDrained(state.hub.url, DRAIN_MS_MAX)))
  breaches.push(...(await markersIn(rig, state.hub.url, log.acknowledged)))
  const code = await state.hub.stop()
  if (code !== 0) breaches.push(`the hub ended with ${code} when told to`)
  breaches.push(...(await judged(rig, log)))
  return { breaches, log }
}

const OVER_MS_MAX = 20_000
const OLDEST_S_MAX = 1

/** What the fault left behind is worked off: a row that loses three workers in a row would be taken for their killer. */
async function untilOver(url: string): Promise<void> {
  for (const until = Date.now() + OVER_MS_MAX; Date.now() < until; await wait(50)) {
    const text = await fetch(`${url}/metrics`).then(
      (response) => response.text(),
      () => '',
    )
    const oldest = /^stafett_oldest_waiting_seconds (\S+)/m.exec(text)?.[1]
    if (oldest !== undefined && Number(oldest) < OLDEST_S_MAX) return
  }
}

/** The oracle over a rig at rest. */
export const judged = async (rig: Rig, { acknowledged, wrong }: SendersLog): Promise<string[]> => [
  ...wrong,
  ...(await breachesOf({ state: await rig.readState(), acknowledged })),
  ...(await rig.deliveryBreaches()),
]

/** Story after story, each of other people, until it is told that it is done. */
async function keepSending(rig: Rig, seed: number, log: SendersLog, isDone: () => boolean): Promise<void> {
  for (let told = 0; told === 0 || !isDone(); told += 1) {
    const story = tellStory({
      seed: seed + told,
      from: told * PATIENTS,
      patients: PATIENTS,
      perPatient: PER_PATIENT,
    })
    await sendStory(story, { door: rig.door, log, pace: () => wait(PAUSE_MS), patienceMs: PATIENCE_MS })
  }
}

/** I-9: what waits is worked off, and delivered, without a human. */
export async function untilDrained(url: string, limitMs: number): Promise<string[]> {
  const started = Date.now()
  for (let left = '?'; ; ) {
    left = await whatWaits(url).catch(() => left)
    if (left === '') return []
    if (Date.now() - started > limitMs) return [`I-9: after ${limitMs} ms there still wait ${left}`]
    await wait(100)
  }
}

/** Empty when nothing does. */
async function whatWaits(url: string): Promise<string> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const waiting = /^stafett_messages_waiting (\d+)/m.exec(text)?.[1] ?? '?'
  if (waiting !== '0') return `${waiting} messages`
  // One that goes from state to state while this looks is seen by one of the three.
  for (const state of ['pending', 'sending', 'pending']) {
    const answer = await fetch(`${url}/ops/deliveries?state=${state}&limit=1`)
    // A process without the role api has no operations.
    if (answer.status === 404) return ''
    const { deliveries } = (await answer.json()) as { deliveries: unknown[] }
    if (deliveries.length > 0) return `deliveries, ${state}`
  }
  return ''
}
