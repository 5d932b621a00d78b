/** M1 Resept with merchandise (Handelsvare) → DeviceRequest: it has no dose and is no medicine (eresept.md 11.2). */
import type { CodeableConcept, DeviceRequest, Extension, Period } from 'fhir/r4.js'
import { FEST } from '../../src/core/canonical.js'
import { SUBJECT_REFERENCE } from '../../src/core/message.js'
import { concept, ext, filled, keyOf } from './build.js'
import { toDate } from './dates.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { Resept } from './m1.js'
import { authoredOn, dispatcherOf, prescriptionIdentifiers } from './m1-to-medication-request.js'
import type { ReseptDokHandelsvare } from './resept-dok.js'
import { commonExtensions } from './resept-dok-extensions.js'
import { reseptExtensions } from './resept-extensions.js'

export function m1ToDeviceRequest(frame: Frame, resept: Resept, dok: ReseptDokHandelsvare): void {
  const performer = resept.ekspAnm && dispatcherOf(resept.ekspAnm)
  const resource: DeviceRequest = {
    resourceType: 'DeviceRequest',
    extension: [...merchandiseExtensions(resept, dok), ...reseptExtensions(frame, resept)],
    identifier: prescriptionIdentifiers(frame, resept),
    status: 'active',
    intent: 'order',
    codeCodeableConcept: merchandiseCode(dok),
    subject: { reference: SUBJECT_REFERENCE },
    authoredOn: authoredOn(frame, resept),
    requester: frame.author,
    ...(performer === undefined ? {} : { performer }),
    ...(dok.merknad === undefined ? {} : { note: [{ text: dok.merknad }] }),
  }
  frame.resources.push({ key: keyOf(frame.message), resource, order: frame.order, scope: 'person' })
}

function merchandiseExtensions(resept: Resept, dok: ReseptDokHandelsvare): readonly Extension[] {
  return [
    ...commonExtensions(dok),
    ...ext(EXT.packageCount, 'valueDecimal', dok.antall === undefined ? undefined : Number(dok.antall)),
    ...ext(EXT.usageInstruction, 'valueString', dok.bruksveiledning),
    ...ext(EXT.validity, 'valuePeriod', validityOf(resept)),
  ]
}

function validityOf({ tidligsteUtlevering: from, utloper: to }: Resept): Period | undefined {
  if (from === undefined && to === undefined) return undefined
  return {
    ...(from === undefined ? {} : { start: toDate(from) }),
    ...(to === undefined ? {} : { end: toDate(to) }),
  }
}

/** Product group and item as the message names them; the item group stands in where it names neither. */
export function merchandiseCode(dok: ReseptDokHandelsvare): CodeableConcept {
  const group = dok.prodGruppe && concept(dok.prodGruppe, 7403)
  const coding = [
    ...(dok.vare?.nr === undefined ? [] : [{ system: FEST, code: dok.vare.nr }]),
    ...(group?.coding ?? []),
  ]
  const text = dok.vare?.navn ?? group?.text
  if (coding.length === 0 && text === undefined) return concept(dok.varegruppekode, 7402)
  return { ...filled('coding', coding), ...(text === undefined ? {} : { text }) }
}
