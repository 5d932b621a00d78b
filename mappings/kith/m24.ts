/** M24.1 Samtykke and its answer M24.2: consent to, or subscription of, dispense reports (eresept.md 8) → Consent. */
import type { CodeableConcept, Consent } from 'fhir/r4.js'
import { type Amendment, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { concept, ext, identifier, idIdentity, keyOf, nested } from './build.js'
import { toDate } from './dates.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import { given } from './msghead.js'
import { NS } from './namespaces.js'
import { type Coded, coded, neededCoded, neededText, type Reader } from './reader.js'
import { one, opt, shape } from './shape.js'
import type { XmlElement } from './xml.js'

export interface Samtykke {
  /** Of a list that the schema does not name. */
  readonly gittAv: Coded
  /** xs:date: until when. */
  readonly til: string
  /** Volven 7455. */
  readonly type: Coded
  /** Volven 1101. */
  readonly verdi?: Coded
}
export interface SvarSamtykke {
  /** 1 registered, 2 refused. */
  readonly svar: Coded
  readonly begrunnelse?: Coded
}

export const SAMTYKKE = shape(NS.m241, [
  one('SamtykkeGittAv', 'CS'),
  one('SamtykkeTil', 'ownDate'),
  one('TypeSamtykke', 'CS'),
  opt('Samtykkeverdi', 'CS'),
])
export const SVAR_SAMTYKKE = shape(NS.m242, [one('Svar', 'CS'), opt('Begrunnelse', 'CS')])

export const readSamtykke = (reader: Reader, element: XmlElement): Samtykke => ({
  gittAv: neededCoded(reader, element, 'SamtykkeGittAv'),
  til: neededText(reader, element, 'SamtykkeTil'),
  type: neededCoded(reader, element, 'TypeSamtykke'),
  ...given('verdi', coded(reader, element, 'Samtykkeverdi')),
})
export const readSvarSamtykke = (reader: Reader, element: XmlElement): SvarSamtykke => ({
  svar: neededCoded(reader, element, 'Svar'),
  ...given('begrunnelse', coded(reader, element, 'Begrunnelse')),
})

const SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope'
const NO = '2'
const REFUSED = '2'

/** A consent that is taken back (Samtykkeverdi no) denies; the organisation that asked for it is whom it is given to. */
export function m241ToConsent(frame: Frame, consent: Samtykke): void {
  const { organisation } = frame
  const resource: Consent = {
    resourceType: 'Consent',
    extension: [
      ...ext(EXT.consentGivenBy, 'valueCodeableConcept', withoutSystem(consent.gittAv)),
      ...ext(EXT.consentValue, 'valueCodeableConcept', consent.verdi && concept(consent.verdi, 1101)),
    ],
    identifier: [identifier(frame.message, 'MsgId')],
    status: 'active',
    scope: { coding: [{ system: SCOPE, code: 'patient-privacy' }] },
    category: [concept(consent.type, 7455)],
    patient: { reference: SUBJECT_REFERENCE },
    dateTime: frame.genDate,
    performer: [{ reference: SUBJECT_REFERENCE }],
    ...(organisation === undefined ? {} : { organization: [organisation] }),
    policyRule: { text: 'Samtykke, M24.1' },
    provision: {
      type: consent.verdi?.V === NO ? 'deny' : 'permit',
      period: { end: toDate(consent.til) },
    },
  }
  frame.resources.push({ key: keyOf(frame.message), resource, order: frame.order, scope: 'person' })
}

/** @param consentId MsgId of the M24.1 that is answered */
export function m242ToAmendments(
  frame: Frame,
  answer: SvarSamtykke,
  consentId: string,
): readonly Amendment[] {
  return [
    {
      type: 'Consent',
      key: keyOf(idIdentity(consentId, frame.sender, 'MsgId')),
      name: `answer:${frame.sender}`,
      at: frame.order,
      set: {
        ...(answer.svar.V === REFUSED ? { status: 'rejected' } : {}),
        extension: nested(EXT.consentAnswer, [
          ext('answer', 'valueCodeableConcept', withoutSystem(answer.svar)),
          ext('reason', 'valueCodeableConcept', answer.begrunnelse && withoutSystem(answer.begrunnelse)),
        ]),
      },
    },
  ]
}

/** A code whose list nobody names is kept as it came. */
function withoutSystem(value: Coded): CodeableConcept {
  const { DN, OT, V } = value
  return {
    ...(V === undefined ? {} : { coding: [{ code: V, ...(DN === undefined ? {} : { display: DN }) }] }),
    ...(OT === undefined && V !== undefined ? {} : { text: OT ?? DN ?? '' }),
  }
}
