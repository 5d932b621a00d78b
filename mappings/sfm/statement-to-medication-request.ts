/**
 * A statement of the document → MedicationRequest of its ReseptId: the prescription that its M1 would be (eresept.md 11.2).
 * The register's copy never replaces the M1 itself.
 */
import type { MedicationRequest } from 'fhir/r4.js'
import type { Amendment } from '../../src/core/message.js'
import { filled, idIdentity, logical } from '../kith/build.js'
import { isDateTime, toDateTime } from '../kith/dates.js'
import type { Frame } from '../kith/frame.js'
import { m1ToMedicationRequest } from '../kith/m1-to-medication-request.js'
import { helsepersonReference } from '../kith/parties.js'
import {
  medicineStatus,
  type RegisterEntry,
  registerEntryExtension,
  registerStatus,
} from '../kith/register-status.js'
import { asStated, changed, withInstructions } from './as-stated.js'
import { readResept } from './prescribed.js'
import { PRESCRIBED_BY, REGISTER_COPY, type Registration, type SfmStatement } from './statement.js'

/** The prescription, with what the register says of its state. `prior`: the ReseptId that it renews. */
export function statementToMedicationRequest(
  frame: Frame,
  statement: SfmStatement,
  prior: string | undefined,
): readonly Amendment[] {
  const { reseptId, prescribed } = statement
  if (reseptId === undefined) return []
  const resept = readResept(statement.node, prescribed.dok)
  if (resept === undefined) {
    // The row says what is known of it.
    if (statement.pllId !== undefined) return []
    frame.unmapped.push({
      at: `${statement.node.at}.extension.where(url='reseptdate')`,
      reason: 'invalid-value',
      note: 'a prescription without its date',
    })
    return []
  }
  const prescriber = statement.registrations.find(({ role }) => role === PRESCRIBED_BY)
  const message = idIdentity(reseptId, frame.sender, 'ReseptId')
  const genDate = timeOn(prescriber, frame.zone)
  const known = prescriber?.party.person
  const own: Frame = {
    ...frame,
    message,
    order: REGISTER_COPY + frame.order,
    ...(genDate === undefined ? {} : { genDate }),
    author: known === undefined ? { type: 'Practitioner' } : helsepersonReference(frame, known),
    resources: [],
  }
  m1ToMedicationRequest(own, resept, prescribed.dok)
  const entry = registerEntry(statement, reseptId)
  for (const mapped of own.resources)
    frame.resources.push(
      changed(mapped, 'MedicationRequest', (resource) =>
        asPrescribed(frame, resource, statement, entry, prior),
      ),
    )
  return entry === undefined
    ? []
    : registerStatus(frame, entry).filter(({ type }) => type === 'MedicationRequest')
}

function registerEntry(
  { node, recall, register }: SfmStatement,
  reseptId: string,
): RegisterEntry | undefined {
  return register === undefined
    ? undefined
    : { at: node.at, reseptId, ...register, ...(recall === undefined ? {} : { recallReason: recall }) }
}

function asPrescribed(
  frame: Frame,
  { requester, dispenseRequest, ...resource }: MedicationRequest,
  statement: SfmStatement,
  entry: RegisterEntry | undefined,
  prior: string | undefined,
): MedicationRequest {
  const { numberOfRepeatsAllowed, ...supply } = dispenseRequest ?? {}
  return {
    ...resource,
    ...asStated(resource, statement),
    extension: [...(resource.extension ?? []), ...(entry === undefined ? [] : registerEntryExtension(entry))],
    ...(requester?.identifier === undefined && requester?.display === undefined ? {} : { requester }),
    ...(entry === undefined ? {} : medicineStatus(entry)),
    ...(prior === undefined
      ? {}
      : {
          priorPrescription: logical('MedicationRequest', idIdentity(prior, frame.sender, 'ReseptId')),
        }),
    dispenseRequest: {
      ...supply,
      ...(statement.prescribed.hasRepeats && numberOfRepeatsAllowed !== undefined
        ? { numberOfRepeatsAllowed }
        : {}),
    },
    ...filled('dosageInstruction', withInstructions(resource.dosageInstruction, statement)),
  }
}

/** Clock time of the act, so that decisions of one day have their order. */
const timeOn = (registration: Registration | undefined, zone: string): string | undefined =>
  registration?.at !== undefined && isDateTime(registration.at)
    ? toDateTime(registration.at, zone)
    : undefined
