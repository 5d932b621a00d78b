/**
 * Reseptinfo → MedicationRequest (DeviceRequest for merchandise), the summary of a prescription whose M1 is not
 * attached (eresept.md 9). It has no dosage and gives way to the M1 whenever that comes.
 */
import type { CodeableConcept, DeviceRequest, Extension, MedicationRequest } from 'fhir/r4.js'
import { FEST, senderSidUrl } from '../../src/core/canonical.js'
import { type Amendment, SUBJECT_REFERENCE } from '../../src/core/message.js'
import { addressOf, humanName } from './address.js'
import { concept, ext, filled, identifier, idIdentity, keyOf, nested, quantity } from './build.js'
import { toDate } from './dates.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import { ITEM_NUMBER } from './legemiddel-to-medication.js'
import { PACKAGE_UNIT } from './m1-to-medication-request.js'
import type { Reseptinfo } from './m92.js'
import { personIdentity } from './national-id.js'
import { hprPractitioner } from './parties.js'
import { medicineStatus, merchandiseStatus, registerStatus } from './register-status.js'

/** Adds the prescription and, from its name and number, the person; gives the broker's word on its state. */
export function reseptinfoToMedicationRequest(frame: Frame, info: Reseptinfo): readonly Amendment[] {
  const identity = idIdentity(info.reseptId, frame.sender, 'ReseptId')
  frame.resources.push({
    key: keyOf(identity),
    resource: isMerchandise(info) ? deviceRequest(frame, info) : medicationRequest(frame, info),
    order: `0|${frame.order}`,
    scope: 'person',
  })
  return registerStatus(frame, registerEntry(info))
}

/** A product group and no medicine: what has no dose (eresept.md 11.2). */
const isMerchandise = (info: Reseptinfo): boolean =>
  info.prodGruppe !== undefined && info.navnFormStyrke === undefined && info.blandingNavn === undefined

/** The person as the newest of its prescriptions names it. */
export function addPatient(frame: Frame, infos: readonly Reseptinfo[]): void {
  const info = infos.find(({ ident }) => ident !== undefined)
  if (info?.ident === undefined) return
  const identity = personIdentity(info.ident.type.V ?? 'FNR', info.ident.id, frame.sender)
  frame.resources.push({
    key: keyOf(identity),
    resource: {
      resourceType: 'Patient',
      identifier: [{ system: identity.system, value: identity.value }],
      ...filled(
        'name',
        humanName({
          ...(info.etternavn === undefined ? {} : { familyName: info.etternavn }),
          ...(info.mellomnavn === undefined ? {} : { middleName: info.mellomnavn }),
          ...(info.fornavn === undefined ? {} : { givenName: info.fornavn }),
        }),
      ),
      ...(info.adresse === undefined ? {} : { address: [addressOf(info.adresse)] }),
    },
    order: frame.order,
    scope: 'person',
  })
}

function medicationRequest(frame: Frame, info: Reseptinfo): MedicationRequest {
  const packages = info.antall === undefined ? undefined : { value: Number(info.antall), unit: PACKAGE_UNIT }
  const supply = packages ?? (info.mengde && quantity(info.mengde))
  const repeats = info.reiterasjon === undefined ? undefined : Number(info.reiterasjon)
  const request = {
    ...(packages === undefined || info.mengde === undefined
      ? {}
      : { extension: [{ url: EXT.dispenseAmount, valueQuantity: quantity(info.mengde) }] }),
    ...(info.tidligsteUtlevering === undefined
      ? {}
      : { validityPeriod: { start: toDate(info.tidligsteUtlevering) } }),
    ...(repeats === undefined || repeats < 0 ? {} : { numberOfRepeatsAllowed: repeats }),
    ...(supply === undefined ? {} : { quantity: supply }),
  }
  return {
    resourceType: 'MedicationRequest',
    extension: extensionsOf(info),
    identifier: identifiersOf(frame, info),
    status: 'active',
    ...medicineStatus(registerEntry(info)),
    intent: 'order',
    medicationCodeableConcept: productOf(info),
    subject: { reference: SUBJECT_REFERENCE },
    authoredOn: toDate(info.forskrivningsdato),
    requester: hprPractitioner(info.rekvirentId, info.navnRekvirent),
    ...(info.bruksomrade === undefined ? {} : { reasonCode: [{ text: info.bruksomrade }] }),
    ...(Object.keys(request).length === 0 ? {} : { dispenseRequest: request }),
  }
}

function deviceRequest(frame: Frame, info: Reseptinfo): DeviceRequest {
  return {
    resourceType: 'DeviceRequest',
    extension: [
      ...extensionsOf(info),
      ...ext(EXT.packageCount, 'valueDecimal', info.antall === undefined ? undefined : Number(info.antall)),
      ...ext(
        EXT.validity,
        'valuePeriod',
        info.tidligsteUtlevering === undefined ? undefined : { start: toDate(info.tidligsteUtlevering) },
      ),
    ],
    identifier: identifiersOf(frame, info),
    status: 'active',
    ...merchandiseStatus(registerEntry(info)),
    intent: 'order',
    codeCodeableConcept: info.prodGruppe === undefined ? productOf(info) : merchandise(info),
    subject: { reference: SUBJECT_REFERENCE },
    authoredOn: toDate(info.forskrivningsdato),
    requester: hprPractitioner(info.rekvirentId, info.navnRekvirent),
    ...(info.bruksomrade === undefined ? {} : { reasonCode: [{ text: info.bruksomrade }] }),
  }
}

function productOf(info: Reseptinfo): CodeableConcept {
  const text = info.navnFormStyrke ?? info.blandingNavn
  return {
    ...filled('coding', itemCodings(info)),
    ...(text === undefined ? {} : { text }),
  }
}

function merchandise(info: Reseptinfo): CodeableConcept {
  const group = info.prodGruppe && concept(info.prodGruppe, 7403)
  return {
    ...filled('coding', [...itemCodings(info), ...(group?.coding ?? [])]),
    ...(group?.text === undefined ? {} : { text: group.text }),
  }
}

const itemCodings = ({ nr }: Reseptinfo) =>
  nr === undefined
    ? []
    : [
        { system: FEST, code: nr },
        { system: ITEM_NUMBER, code: nr },
      ]

const identifiersOf = (frame: Frame, info: Reseptinfo) => [
  identifier(idIdentity(info.reseptId, frame.sender, 'ReseptId'), 'ReseptId'),
  ...(info.refNr === undefined
    ? []
    : [identifier({ system: senderSidUrl(frame.sender, 'RefNr'), value: info.refNr }, 'Referansenummer')]),
]

const extensionsOf = (info: Reseptinfo): Extension[] => [
  ...ext(
    EXT.reimbursementParagraph,
    'valueCodeableConcept',
    info.refHjemmel && concept(info.refHjemmel, 7427),
  ),
  ...ext(EXT.guardianReservation, 'valueBoolean', info.vergeinnsynsreservasjon),
  ...ext(EXT.recallNote, 'valueString', info.merknadTilbakekalling),
  ...nested(EXT.dispatchRequest, [
    ext('method', 'valueCodeableConcept', info.metodeEkspedering && concept(info.metodeEkspedering, 7404)),
  ]),
]

const registerEntry = (info: Reseptinfo) => ({
  at: info.at,
  reseptId: info.reseptId,
  status: info.status,
  changedByPharmacist: info.endretFarmasoyt,
  ...(info.navnUtleverer === undefined ? {} : { pharmacy: info.navnUtleverer }),
  ...(info.statusSoknadSlv === undefined ? {} : { applicationStatus: info.statusSoknadSlv }),
  ...(info.sisteUtlevering === undefined ? {} : { lastDispensed: info.sisteUtlevering }),
  ...(info.pakningsstr === undefined ? {} : { packageSize: info.pakningsstr }),
  ...(info.enhetPakning === undefined ? {} : { packageUnit: info.enhetPakning }),
})
