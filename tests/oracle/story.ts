/**
 * What senders have to say in a fault run: seeded messages of synthetic people in several formats, in order for each
 * sender, with changes, stops, late ones, duplicates, other content under a known id, poison, refusals and merges.
 */
import { orderMessage, patientNumber } from '../support/hl7-orders.js'
import { m1, m5, m10 } from '../support/kith-fixtures.js'
import { person } from '../support/kith-people.js'
import { metoprolol, onceDaily } from '../support/kith-prescribed.js'
import { type Random, randomOf } from './random.js'

export interface Told {
  /** `hl7v2`, `eresept`: the part of the path behind `/intake/`. */
  readonly surface: 'hl7v2' | 'eresept'
  readonly contentType: string
  /** Identity within the surface. */
  readonly id: string
  readonly body: string
  /** Statuses of an answer that says that the hub has it. */
  readonly expect: readonly number[]
  /** The answer refuses the content: it must not take the place of what has this id. */
  readonly conflicts?: true
}

export interface StoryOptions {
  readonly seed: number
  readonly patients: number
  /** Messages of each patient, about. */
  readonly perPatient: number
  /** First number of a patient, so that later stories tell of other people. */
  readonly from?: number
}

/** Planted wherever a person is named: must turn up nowhere but in the database and in answers (I-8). */
export const MARKER = 'Markervik'

/** One list a patient, to be sent in order; patients are told of at the same time. */
export function tellStory(options: StoryOptions): readonly (readonly Told[])[] {
  const random = randomOf(options.seed)
  const from = options.from ?? 0
  return Array.from({ length: options.patients }, (_, index) => {
    const patient = from + index
    const told =
      patient % 4 === 3
        ? prescriptions(random, patient, options)
        : orders(random, patient, options.perPatient, index + 1 < options.patients)
    return withRepeats(random, told)
  })
}

const HL7 = { surface: 'hl7v2', contentType: 'application/hl7-v2', expect: [200] } as const
const KITH = { surface: 'eresept', contentType: 'application/xml', expect: [200] } as const

function orders(random: Random, patient: number, count: number, hasNext: boolean): Told[] {
  const told: Told[] = []
  const open: number[] = []
  // A sender's clock that runs a minute a message.
  const at = (minute: number) =>
    `2026112008${String(Math.floor(minute % 60)).padStart(2, '0')}${String(Math.floor(minute / 60)).padStart(2, '0')}+0100`
  const given = `${MARKER}${patient}`
  for (let step = 0; step < count; step += 1) {
    const messageId = `P${patient}-S${step}`
    const chance = random.next()
    const known = open[random.below(Math.max(1, open.length))]
    const change = { patient, messageId, given, sentAt: at(step + 1) }
    if (hasNext && patient % 6 === 0 && step === Math.floor(count / 2)) {
      told.push({ ...HL7, id: messageId, body: merge(patient, messageId, at(step + 1)) })
    } else if (known === undefined || chance < 0.45) {
      open.push(step)
      told.push({ ...HL7, id: messageId, body: orderMessage({ ...change, order: step }) })
    } else if (chance < 0.65) {
      const doseTablets = String(1 + random.below(4))
      told.push({
        ...HL7,
        id: messageId,
        body: orderMessage({ ...change, order: known, control: 'XO', doseTablets }),
      })
    } else if (chance < 0.75) {
      open.splice(open.indexOf(known), 1)
      told.push({ ...HL7, id: messageId, body: orderMessage({ ...change, order: known, control: 'DC' }) })
    } else if (chance < 0.82) {
      // Sent late: what stands is newer.
      const late = { ...change, sentAt: at(0), order: known, control: 'XO', doseTablets: '9' }
      told.push({ ...HL7, id: messageId, body: orderMessage(late) })
    } else if (chance < 0.88) {
      told.push({ ...HL7, id: messageId, body: demographics(patient, messageId, at(step + 1), step) })
    } else if (chance < 0.97) {
      told.push({ ...HL7, id: messageId, body: poison(orderMessage({ ...change, order: step })) })
    } else {
      const refused = orderMessage({ ...change, order: step }).replace('RDE^O11^RDE_O11', 'ZZZ^Z99^ZZZ_Z99')
      told.push({ ...HL7, id: messageId, body: refused, expect: [400, 422] })
    }
  }
  return told
}

/** Passes the door, and cannot be mapped: one order group has two RXO. */
const poison = (text: string): string => text.replace('\rTQ1|', '\rRXO|N02BE01\rRXO|N02BE01\rTQ1|')

function demographics(patient: number, messageId: string, sentAt: string, step: number): string {
  return [
    `MSH|^~\\&|EPJ|LEGEKONTORET|STAFETT|HUB|${sentAt}||ADT^A08^ADT_A01|${messageId}|P|2.5.1|||AL|NE||UNICODE UTF-8`,
    `EVN|A08|${sentAt}`,
    `PID|1||${patientNumber(patient)}^^^LEGEKONTORET^MR||Prøve${step}^${MARKER}${patient}||19400101|F`,
    '',
  ].join('\r')
}

/** The next patient turns out to be this one. */
function merge(patient: number, messageId: string, sentAt: string): string {
  return [
    `MSH|^~\\&|EPJ|LEGEKONTORET|STAFETT|HUB|${sentAt}||ADT^A40^ADT_A39|${messageId}|P|2.5.1`,
    `EVN|A40|${sentAt}`,
    `PID|1||${patientNumber(patient)}^^^LEGEKONTORET^MR||Prøve^${MARKER}${patient}`,
    `MRG|${patientNumber(patient + 1)}^^^LEGEKONTORET^MR`,
    '',
  ].join('\r')
}

/** Prescriptions, dispenses and recalls; a recall is answered with its effect (M5.2). */
function prescriptions(random: Random, patient: number, { perPatient }: StoryOptions): Told[] {
  const told: Told[] = []
  const who = person(
    MARKER,
    `Prøve${patient}`,
    `19${30 + (patient % 60)}-0${1 + (patient % 9)}-1${patient % 10}`,
  )
  const uuid = (step: number) =>
    `c0000000-0000-4000-8000-${(patient * 10_000 + step).toString(16).padStart(12, '0')}`
  const genDate = (step: number) => `2026-01-05T09:${String(step % 60).padStart(2, '0')}:00+01:00`
  const open: string[] = []
  for (let step = 0; step < perPatient; step += 1) {
    const msgId = uuid(step)
    const known = open[random.below(Math.max(1, open.length))]
    const chance = random.next()
    const envelope = { msgId, genDate: genDate(step), patient: who }
    const medicine = onceDaily({
      ...metoprolol,
      // Of many lines with one substance only some pairs are told, chosen by ids.
      atc: `C0${1 + (step % 9)}AX${10 + step}`,
      nameFormStrength: `Prøvemedisin ${step} Tab 10 mg`,
      varenr: String(100_000 + step),
    })
    let body: string
    if (known === undefined || chance < 0.5) {
      open.push(msgId)
      body = m1({ ...envelope, prescribed: '2026-01-05', expires: '2027-12-31', medicine })
    } else if (chance < 0.8) {
      body = m10({ ...envelope, prescriptionId: known, date: '2026-01-07', medicine })
    } else {
      open.splice(open.indexOf(known), 1)
      body = m5({ ...envelope, prescriptionId: known, reason: '2' })
    }
    told.push({ ...KITH, id: msgId, body })
  }
  return told
}

/** Senders repeat themselves, and some give two contents one id. */
function withRepeats(random: Random, told: readonly Told[]): Told[] {
  return told.flatMap((one) => {
    const chance = random.next()
    if (chance < 0.1) return [one, one]
    if (chance < 0.13 && one.surface === 'hl7v2' && one.expect[0] === 200)
      return [one, { ...one, body: `${one.body}NTE|1||annet\r`, expect: [400, 409, 422], conflicts: true }]
    return [one]
  })
}
