/** Senders for a long run: a fixed number at a time, each patient's story after the other, at a pace that they share. */
import { setTimeout as wait } from 'node:timers/promises'
import { untilDrained } from '../tests/faults/session.js'
import { type Door, newSendersLog, type SendersLog, sendStory } from '../tests/oracle/senders.js'
import { tellStory } from '../tests/oracle/story.js'

const SENDERS = 12
const PATIENTS_EACH = 2
const PER_PATIENT = 12
/** A hub that takes nothing for so long is broken. */
const PATIENCE_MS = 180_000
const MEASURE_MS = 10_000
const DRAIN_MS_MAX = 120_000

export interface LoadOptions {
  readonly door: Door
  readonly log: SendersLog
  readonly seed: number
  readonly pace: () => Promise<void>
}

export interface Load {
  /** Lets the messages under way come to their end. */
  readonly stop: () => Promise<void>
}

export function startSenders(options: LoadOptions): Load {
  const state = { stopped: false, told: 0 }
  const sender = async () => {
    while (!state.stopped) {
      const told = state.told++
      const story = tellStory({
        seed: options.seed + told,
        // Patients of their own for each seed.
        from: (options.seed % 1_000) * 1_000 + told * PATIENTS_EACH,
        patients: PATIENTS_EACH,
        perPatient: PER_PATIENT,
      })
      await sendStory(story, { ...options, isOver: () => state.stopped, patienceMs: PATIENCE_MS })
    }
  }
  const running = Promise.all(Array.from({ length: SENDERS }, sender))
  return {
    stop: async () => {
      state.stopped = true
      await running
    },
  }
}

/** One after the other at even distances, however many ask. */
export function pacerOf(perSecond: number): () => Promise<void> {
  const state = { next: Date.now() }
  return async () => {
    // What was missed while nothing could be sent is not caught up with.
    state.next = Math.max(state.next + 1_000 / perSecond, Date.now())
    await wait(state.next - Date.now())
  }
}

/** Messages a second, from the first sent to the last worked off. */
export async function topRate(door: Door, log: SendersLog, seed: number): Promise<number> {
  const own = newSendersLog()
  const started = Date.now()
  const load = startSenders({ door, log: own, seed, pace: async () => undefined })
  await wait(MEASURE_MS)
  await load.stop()
  await untilDrained(door.url, DRAIN_MS_MAX)
  const perSecond = own.acknowledged.length / ((Date.now() - started) / 1_000)
  log.acknowledged.push(...own.acknowledged)
  log.wrong.push(...own.wrong)
  log.sent += own.sent
  log.unanswered += own.unanswered
  return perSecond
}
