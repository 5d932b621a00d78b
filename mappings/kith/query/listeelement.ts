/** One prescription of the stored ones as Listeelement of M9.6 and Reseptinfo of M9.2 and M9.12 (eresept.md 9). */
import type { MedicationDispense, MedicationRequest, Patient } from 'fhir/r4.js'
import { HPR } from '../../../src/core/canonical.js'
import type { Known } from '../../../src/core/query.js'
import { startOfDay } from '../dates.js'
import { EXT, NO_BASIS_MIDDLENAME } from '../extensions.js'
import { ITEM_NUMBER } from '../legemiddel-to-medication.js'
import { PACKAGE_UNIT } from '../m1-to-medication-request.js'
import { NS } from '../namespaces.js'
import { bareId } from '../write/idents.js'
import { fk1Ident } from '../write/parties.js'
import { medicationOf } from '../write/resept-dok.js'
import { amountOf, cs, cv, dayOf, extOf, flag, ownCode, partOf, pq, text } from '../write/values.js'
import { node, type XmlNode } from '../xml-write.js'
import { addDecimals } from './add-decimals.js'
import { isNationalSystem } from './person.js'
import { type Prescription, registerOf } from './stored-prescriptions.js'

export function listeelement(prescription: Prescription, known: Known, zone: string): XmlNode {
  const register = registerOf(prescription.resource)
  const { state } = prescription
  return node('Listeelement', [
    node('ReseptId', prescription.reseptId),
    text('NavnUtleverer', partOf(register, 'pharmacy')?.valueString),
    text('SendtSLVDato', partOf(register, 'application-sent')?.valueDate),
    ownCode('Status', state, 7408),
    cs('StatusSoknadSlv', partOf(register, 'application-status')?.valueCodeableConcept, 7436),
    flag('TilbakekallingStatus', partOf(register, 'recall-pending')?.valueBoolean),
    state === 'T' ? cv('Arsak', recallReason(prescription), 7500) : undefined,
    ...dispensedNodes(prescription, known, zone),
  ])
}

const recallReason = ({ resource }: Prescription) =>
  resource.resourceType === 'MedicationRequest'
    ? resource.statusReason
    : extOf(resource.extension, EXT.recallReason)?.valueCodeableConcept

/** The dispenses of a prescription that stand. */
export const dispensesOf = (prescription: Prescription, known: Known) =>
  known.resources.filter(({ resource }) => {
    const id =
      resource.resourceType === 'MedicationDispense'
        ? resource.authorizingPrescription?.[0]?.identifier
        : resource.resourceType === 'SupplyDelivery'
          ? extOf(resource.extension, EXT.authorizingPrescription)?.valueReference?.identifier
          : undefined
    return bareId(id) === prescription.reseptId
  })

/** Packages handed out, by item; what was counted otherwise has no place in the element. */
function dispensedNodes(prescription: Prescription, known: Known, zone: string): readonly XmlNode[] {
  const byItem = new Map<string, MedicationDispense[]>()
  for (const { resource } of dispensesOf(prescription, known)) {
    if (resource.resourceType !== 'MedicationDispense' || resource.status !== 'completed') continue
    const name = productOf(resource)?.text
    if (name === undefined || resource.quantity?.unit !== PACKAGE_UNIT) continue
    const item = `${itemNumberOf(resource) ?? ''}|${name}`
    byItem.set(item, [...(byItem.get(item) ?? []), resource])
  }
  return [...byItem.values()].flatMap((dispenses) => {
    const ordered = [...dispenses].sort((a, b) =>
      (a.whenHandedOver ?? '').localeCompare(b.whenHandedOver ?? ''),
    )
    const last = ordered.at(-1)
    const day = dayOf(last?.whenHandedOver)
    const total = addDecimals(ordered.map(({ quantity }) => quantity?.value))
    const lastCount = addDecimals([last?.quantity?.value])
    if (last === undefined || day === undefined || total === undefined || lastCount === undefined) return []
    return [
      node('Utlevering', [
        text('Varenr', itemNumberOf(last)),
        text('NavnFormStyrke', productOf(last)?.text),
        node('AntallPakningerUtlevertTotalt', total),
        node('AntallPakningerUtlevertSiste', lastCount),
        node('TidspunktSisteUtlevering', startOfDay(day, zone)),
      ]),
    ]
  })
}

type WithMedication = MedicationDispense | MedicationRequest

const productOf = (resource: WithMedication) => medicationOf(resource).code

const itemNumberOf = (resource: WithMedication): string | undefined =>
  productOf(resource)?.coding?.find(({ system }) => system === ITEM_NUMBER)?.code

/** Undefined where the schema demands more than is known: the prescriber's number, the patient's name. */
export function reseptinfo(prescription: Prescription, known: Known): XmlNode | undefined {
  const { resource, state } = prescription
  const patient = known.resources.find(({ type }) => type === 'Patient')?.resource
  const name = patient?.resourceType === 'Patient' ? nameOf(patient) : undefined
  const day = dayOf(resource.authoredOn)
  const { requester } = resource
  const hpr = requester?.identifier?.system === HPR ? requester.identifier.value : undefined
  if (name?.given === undefined || name.family === undefined || day === undefined || hpr === undefined)
    return undefined
  const number = known.identities.find(({ system, use }) => use === 'official' && isNationalSystem(system))
  const register = registerOf(resource)
  return node(
    'Reseptinfo',
    [
      node('Forskrivningsdato', day),
      node('Fornavn', name.given),
      text('Mellomnavn', name.middle),
      node('Etternavn', name.family),
      node('RekvirentId', hpr),
      node('NavnRekvirent', requester?.display ?? ''),
      ...productNodes(prescription),
      cs('EndretFarmasoyt', partOf(register, 'changed-by-pharmacist')?.valueCodeableConcept, 1101) ??
        ownCode('EndretFarmasoyt', '2', 1101),
      cv('RefHjemmel', extOf(resource.extension, EXT.reimbursementParagraph)?.valueCodeableConcept, 7427),
      node('ReseptId', prescription.reseptId),
      ownCode('Status', state, 7408),
      text('MerknadTilbakekalling', extOf(resource.extension, EXT.recallNote)?.valueString),
      text('NavnUtleverer', partOf(register, 'pharmacy')?.valueString),
      prescription.locked ? undefined : text('RefNr', prescription.refNr),
      resource.resourceType === 'DeviceRequest' ? cv('ProdGruppe', groupOf(resource), 7403) : undefined,
      number && fk1Ident('Ident', number.value, number.system.endsWith('.2') ? 'DNR' : 'FNR', 8116),
      cs('StatusSoknadSlv', partOf(register, 'application-status')?.valueCodeableConcept, 7436),
      node('Vergeinnsynsreservasjon', String(prescription.guardianReserved)),
      ...amounts(prescription),
    ],
    { xmlns: NS.m92 },
  )
}

function nameOf(patient: Patient) {
  const name = patient.name?.find(({ use }) => use !== 'old' && use !== 'nickname')
  return {
    given: name?.given?.join(' '),
    middle: extOf(name?.extension, NO_BASIS_MIDDLENAME)?.valueString,
    family: name?.family,
  }
}

const groupOf = (resource: Prescription['resource']) =>
  resource.resourceType === 'DeviceRequest'
    ? {
        coding: (resource.codeCodeableConcept?.coding ?? []).filter(({ system }) =>
          system?.endsWith('.7403'),
        ),
      }
    : undefined

function productNodes({ resource }: Prescription): readonly (XmlNode | undefined)[] {
  if (resource.resourceType === 'DeviceRequest')
    return [text('NavnFormStyrke', resource.codeCodeableConcept?.text)]
  return [text('Nr', itemNumberOf(resource)), text('NavnFormStyrke', productOf(resource)?.text)]
}

function amounts({ resource }: Prescription): readonly (XmlNode | undefined)[] {
  const reason = resource.reasonCode?.find(({ text }) => text !== undefined)?.text
  if (resource.resourceType === 'DeviceRequest') {
    const count = extOf(resource.extension, EXT.packageCount)?.valueDecimal
    return [text('Bruksomrade', reason), text('Antall', addDecimals([count]))]
  }
  const supply = resource.dispenseRequest
  const packages = supply?.quantity?.unit === PACKAGE_UNIT ? supply.quantity.value : undefined
  const repeats = supply?.numberOfRepeatsAllowed
  return [
    text('Bruksomrade', reason),
    text('Antall', addDecimals([packages])),
    packages === undefined ? pq('Mengde', amountOf(supply?.quantity)) : undefined,
    text('Reiterasjon', repeats === undefined ? undefined : String(repeats)),
    text('TidligsteUtlevering', dayOf(supply?.validityPeriod?.start)),
  ]
}
