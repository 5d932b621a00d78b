/** M21 Ekspederingsanmodning: the broker asks a pharmacy to dispense and send (eresept.md 1, 4) → Task. */
import type { Task } from 'fhir/r4.js'
import { SUBJECT_REFERENCE } from '../../src/core/message.js'
import { ext, filled, identifier, idIdentity, keyOf, logical } from './build.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import { type EkspAnm, readEkspAnm } from './m1.js'
import { dispatcherOf } from './m1-to-medication-request.js'
import { given } from './msghead.js'
import { NS } from './namespaces.js'
import { child, needed, neededText, type Reader, text } from './reader.js'
import { dispatchExtension } from './resept-extensions.js'
import { one, opt, shape } from './shape.js'
import { EKSP_ANM } from './shapes-m1.js'
import type { XmlElement } from './xml.js'

export interface Ekspederingsanmodning {
  readonly reseptId: string
  readonly refNr?: string
  /** National id or D-number as plain text. */
  readonly fnr?: string
  readonly navn?: string
  readonly ekspAnm: EkspAnm
}

export const EKSPEDERINGSANMODNING = shape(NS.m21, [
  one('ReseptId', 'text'),
  opt('RefNr', 'string'),
  opt('Fnr', 'string'),
  opt('Navn', 'string'),
  one('EkspAnm', EKSP_ANM, NS.m1),
])

export const readEkspederingsanmodning = (reader: Reader, element: XmlElement): Ekspederingsanmodning => ({
  reseptId: neededText(reader, element, 'ReseptId'),
  ...given('refNr', text(reader, element, 'RefNr')),
  ...given('fnr', text(reader, element, 'Fnr')),
  ...given('navn', text(reader, element, 'Navn')),
  ekspAnm: readEkspAnm(reader, needed(child(element, 'EkspAnm'), 'EkspAnm')),
})

/** Adds the request to dispense; the prescription itself is the M1's. */
export function m21ToTask(frame: Frame, request: Ekspederingsanmodning): void {
  const owner = dispatcherOf(request.ekspAnm)
  const resource: Task = {
    resourceType: 'Task',
    extension: [
      ...dispatchExtension(request.ekspAnm),
      ...ext(EXT.prescriptionReference, 'valueString', request.refNr),
    ],
    identifier: [identifier(frame.message, 'MsgId')],
    status: 'requested',
    intent: 'order',
    code: { text: 'Ekspederingsanmodning' },
    focus: logical('MedicationRequest', idIdentity(request.reseptId, frame.sender, 'ReseptId')),
    for: { reference: SUBJECT_REFERENCE },
    authoredOn: frame.genDate,
    requester: frame.author,
    ...(owner === undefined ? {} : { owner }),
    ...filled(
      'input',
      request.navn === undefined ? [] : [{ type: { text: 'Navn' }, valueString: request.navn }],
    ),
  }
  frame.resources.push({ key: keyOf(frame.message), resource, order: frame.order, scope: 'person' })
}
