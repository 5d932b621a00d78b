/** sfm-MedicationStatement: a prescription, a row of the PLL, or both at once (norwegian-fhir.md 2.2, 2.4). */

import type { CodeableConcept } from 'fhir/r4.js'
import type { Coded } from '../kith/reader.js'
import { resolve, type SfmDocument } from './document.js'
import { child, children, extension, extensions, flag, type Node, text } from './json-trail.js'
import { readProduct } from './medication.js'
import { type Party, partyOf } from './parties.js'
import { type Prescribed, readPrescribed } from './prescribed.js'
import {
  amountValue,
  codedValue,
  codeValue,
  dayValue,
  plainConcept,
  textValue,
  timeValue,
  typedIdentifier,
} from './values.js'

export interface SfmStatement {
  readonly node: Node
  /** PLL id: one treatment. */
  readonly pllId: string | undefined
  readonly reseptId: string | undefined
  /** Of another hub's own line that is neither. */
  readonly treatmentId: string | undefined
  readonly status: string | undefined
  /** What it was before: statements that were renewed point to the one that goes on. */
  readonly head: Node | undefined
  readonly prescribed: Prescribed
  readonly registrations: readonly Registration[]
  readonly discontinuation:
    | { readonly at: string; readonly reason: Coded; readonly note?: string }
    | undefined
  /** Volven 7491. */
  readonly kind: Coded | undefined
  readonly lastChanged: string | undefined
  /** Volven 7408 with what goes with it. */
  readonly register:
    | {
        readonly status: Coded
        readonly pharmacy?: string
        readonly recallPending?: boolean
        readonly lastDispensed?: string
        readonly packageSize?: string
        readonly packageUnit?: Coded
      }
    | undefined
  /** Volven 7500. */
  readonly recall: Coded | undefined
  readonly multidose: boolean | undefined
  readonly notes: readonly string[]
  /** Why it is used, in other codes than those of reimbursement. */
  readonly reasons: readonly CodeableConcept[]
}

/** `sfm-performer-roles`. */
export const PRESCRIBED_BY = '1'
/**
 * Order of what the document repeats of a message: above the broker's summary (`0|`), below the message itself, whose
 * order begins with a year.
 */
export const REGISTER_COPY = '0~'

export interface Registration {
  /** 1 prescribed by, 3 discontinued by. */
  readonly role: string | undefined
  readonly party: Party
  readonly at: string | undefined
}

/** Undefined for a statement that names no medicine. */
export function readStatement(document: SfmDocument, node: Node): SfmStatement | undefined {
  const reference = child(node, 'medicationReference')
  const medication = resolve(document.byUrl, reference)
  const product = readProduct(
    medication,
    text(reference, 'display') ?? text(child(node, 'medicationCodeableConcept'), 'text'),
  )
  if (product === undefined) return undefined
  const amendment = extension(node, 'sfm-reseptamendment')
  const register = extension(amendment, 'rfstatus')
  const status = codedValue(extension(register, 'status'))
  const pharmacy = textValue(extension(register, 'nameDispenser'))
  const pending = flag(extension(register, 'recallStatus'), 'valueBoolean')
  const recall = extension(amendment, 'recallinfo')
  for (const name of ['text', 'recallId']) textValue(extension(recall, name))
  flag(extension(recall, 'performed'), 'valueBoolean')
  resolve(document.byUrl, child(node, 'subject'))
  return {
    node,
    pllId: typedIdentifier(node, 'PLL'),
    reseptId: typedIdentifier(node, 'ReseptId'),
    treatmentId: typedIdentifier(node, 'treatmentID'),
    status: text(node, 'status'),
    head: children(node, 'partOf').flatMap((one) => resolve(document.byUrl, one) ?? [])[0],
    prescribed: readPrescribed(node, product),
    registrations: extensions(node, 'sfm-regInfo').map((one) => {
      codeValue(extension(one, 'status'))
      return {
        role: codeValue(extension(one, 'type')),
        party: partyOf(document, child(extension(one, 'provider'), 'valueReference')),
        at: timeValue(extension(one, 'timestamp')),
      }
    }),
    discontinuation: discontinuationOf(extension(node, 'sfm-discontinuation')),
    kind: codedValue(extension(amendment, 'typeresept')),
    lastChanged: timeValue(extension(amendment, 'lastchanged')),
    register:
      status === undefined
        ? undefined
        : {
            status,
            ...(pharmacy === undefined ? {} : { pharmacy }),
            ...(pending === undefined ? {} : { recallPending: pending }),
            ...lastDispense(extension(node, 'sfm-deliverysummary')),
          },
    recall: codedValue(extension(recall, 'recallcode')),
    multidose: flag(extension(extension(node, 'sfm-administration'), 'mddispensed'), 'valueBoolean'),
    notes: children(node, 'note').flatMap((one) => text(one, 'text') ?? []),
    reasons: children(node, 'reasonCode').flatMap((one) => plainConcept(one) ?? []),
  }
}

/** The last dispense in brief; item and counts stand in the dispense itself. */
function lastDispense(summary: Node | undefined): {
  readonly lastDispensed?: string
  readonly packageSize?: string
  readonly packageUnit?: Coded
} {
  const size = amountValue(extension(summary, 'pakningsstr'))
  const day = dayValue(extension(summary, 'sistutlevert'))
  for (const name of ['varenummer', 'varenavn', 'antallpkntotalt', 'antallpknsiste'])
    textValue(extension(summary, name))
  return {
    ...(day === undefined ? {} : { lastDispensed: day }),
    ...(size === undefined ? {} : { packageSize: size.V }),
    ...(size?.U === undefined ? {} : { packageUnit: { OT: size.U } }),
  }
}

function discontinuationOf(stop: Node | undefined): SfmStatement['discontinuation'] {
  const at = timeValue(extension(stop, 'timedate'))
  if (at === undefined) return undefined
  const note = textValue(extension(stop, 'note'))
  return {
    at,
    reason: codedValue(extension(stop, 'reason')) ?? {},
    ...(note === undefined ? {} : { note }),
  }
}

/** Why a status holds that no Seponering tells of. */
export const statusReasonOf = ({ node }: SfmStatement): CodeableConcept[] =>
  children(node, 'statusReason').flatMap((one) => plainConcept(one) ?? [])
