/** What the broker says of a prescription → change to the MedicationRequest or DeviceRequest of its ReseptId (eresept.md 11.2). */
import type { Extension } from 'fhir/r4.js'
import type { Amendment } from '../../src/core/message.js'
import { concept, ext, idIdentity, keyOf, nested } from './build.js'
import { toDate } from './dates.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { Coded } from './reader.js'

/** Days are xs:date. */
export interface RegisterEntry {
  /** Place in the message. */
  readonly at: string
  readonly reseptId: string
  /** Volven 7408. */
  readonly status: Coded
  readonly pharmacy?: string
  readonly applicationSent?: string
  readonly applicationAnswered?: string
  readonly applicationApproved?: boolean
  /** Volven 7436. */
  readonly applicationStatus?: Coded
  readonly recallPending?: boolean
  /** Volven 7500. */
  readonly recallReason?: Coded
  /** Volven 1101. */
  readonly changedByPharmacist?: Coded
  readonly lastDispensed?: string
  readonly packageSize?: string
  readonly packageUnit?: Coded
}

const RECALLED = 'T'
const FINISHED = 'R'
const EXPIRED = 'F'

/**
 * Recalled, finished and expired end the prescription. That it can be dispensed never revives one that ended otherwise:
 * the state only stands noted then. The newest word of a broker replaces its former ones.
 */
export function registerStatus(
  frame: Frame,
  entry: RegisterEntry,
  further: readonly Extension[] = [],
): readonly Amendment[] {
  const shared = {
    key: keyOf(idIdentity(entry.reseptId, frame.sender, 'ReseptId')),
    name: `register:${frame.sender}`,
    at: frame.order,
  }
  if (!KNOWN.has(entry.status.V ?? ''))
    frame.unmapped.push({ at: `${entry.at}/Status`, reason: 'unknown-code' })
  const extension = [...registerEntryExtension(entry), ...further]
  return [
    { type: 'MedicationRequest', ...shared, set: { ...medicineStatus(entry), extension } },
    { type: 'DeviceRequest', ...shared, set: { ...merchandiseStatus(entry), extension } },
  ]
}

export const registerEntryExtension = (entry: RegisterEntry): readonly Extension[] =>
  nested(EXT.registerEntry, [
    ext('status', 'valueCodeableConcept', concept(entry.status, 7408)),
    ext('pharmacy', 'valueString', entry.pharmacy),
    ext('application-sent', 'valueDate', entry.applicationSent && toDate(entry.applicationSent)),
    ext('application-answered', 'valueDate', entry.applicationAnswered && toDate(entry.applicationAnswered)),
    ext('application-approved', 'valueBoolean', entry.applicationApproved),
    ext(
      'application-status',
      'valueCodeableConcept',
      entry.applicationStatus && concept(entry.applicationStatus, 7436),
    ),
    ext('recall-pending', 'valueBoolean', entry.recallPending),
    ext('recall-reason', 'valueCodeableConcept', entry.recallReason && concept(entry.recallReason, 7500)),
    ext(
      'changed-by-pharmacist',
      'valueCodeableConcept',
      entry.changedByPharmacist && concept(entry.changedByPharmacist, 1101),
    ),
    ext('last-dispensed', 'valueDate', entry.lastDispensed && toDate(entry.lastDispensed)),
    ext('package-size', 'valueString', entry.packageSize),
    ext('package-unit', 'valueCodeableConcept', entry.packageUnit && concept(entry.packageUnit, 7452)),
  ])

export function medicineStatus(entry: RegisterEntry): Readonly<Record<string, unknown>> {
  switch (entry.status.V) {
    case RECALLED:
      return {
        status: 'cancelled',
        ...(entry.recallReason === undefined ? {} : { statusReason: concept(entry.recallReason, 7500) }),
      }
    case FINISHED:
      return { status: 'completed' }
    case EXPIRED:
      return { status: 'stopped', statusReason: concept(entry.status, 7408) }
    default:
      return {}
  }
}

export function merchandiseStatus(entry: RegisterEntry): Readonly<Record<string, unknown>> {
  switch (entry.status.V) {
    case RECALLED:
    case EXPIRED:
      return { status: 'revoked' }
    case FINISHED:
      return { status: 'completed' }
    default:
      return {}
  }
}

/** Besides: dispensable, being dispensed, application refused or pending, prescriber unknown, invalid. Those are noted only. */
const KNOWN = new Set([RECALLED, FINISHED, EXPIRED, 'E', 'U', 'A', 'B', 'H', 'X'])
