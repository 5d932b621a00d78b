/** What a Resept says besides its medicine or merchandise, before and after it in the order of the schema (eresept.md 4). */
import type { Address, Extension, Identifier, Period } from 'fhir/r4.js'
import { EXT, NO_BASIS_MUNICIPALITY } from '../extensions.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { partyNode } from './parties.js'
import { lacks, type Sheet, unwritten } from './sheet.js'
import { cs, cv, dayOf, extOf, extsOf, flag, partOf, text } from './values.js'

export interface ReseptFacts {
  /** Place of the resource, for problems. */
  readonly at: string
  readonly authoredOn: string | undefined
  readonly validity: Period | undefined
  readonly identifier: readonly Identifier[]
  readonly extension: readonly Extension[]
}
type Nodes = readonly (XmlNode | undefined)[]

export function reseptNodes(
  sheet: Sheet,
  facts: ReseptFacts,
): { readonly before: Nodes; readonly after: Nodes } {
  const { at, extension, identifier, validity } = facts
  const bool = (name: string, url: string): XmlNode | undefined =>
    flag(name, extOf(extension, url)?.valueBoolean)
  const reference = identifier.find(({ type }) => type?.text === 'Referansenummer')?.value
  const specialty = extOf(extension, EXT.prescriberSpecialty)?.valueCodeableConcept
  return {
    before: [
      text('Forskrivningsdato', dayOf(facts.authoredOn)) ??
        lacks(sheet, `${at}.authoredOn`, 'the day of the prescription is missing'),
      text('Utloper', dayOf(validity?.end)) ??
        lacks(sheet, `${at}.dispenseRequest.validityPeriod.end`, 'the day on which it expires is missing'),
      bool('Vernepliktig', EXT.militaryService),
      bool('SoktIndividRefusjon', EXT.individualReimbursement),
      bool('Frikort', EXT.exemptionCard),
      bool('Vergeinnsynsreservasjon', EXT.guardianReservation),
      bool('TilEgenPraksis', EXT.ownPractice),
      bool('RekvLegensNavn', EXT.inDoctorsName),
      text('RefNr', reference),
      cv('Spesialitet', specialty, 7426),
    ],
    after: [
      instituted(sheet, facts),
      dispatch(sheet, facts),
      foreignNational(extension),
      text('OppdatertFest', extOf(extension, EXT.festUpdated)?.valueDateTime) ??
        lacks(sheet, `${at}.extension`, 'the date of the drug catalogue (FEST) is missing'),
      text('TidligsteUtlevering', dayOf(validity?.start)),
      bool('UtskrevetSykehus', EXT.dischargedFromHospital),
      bool('LastResept', EXT.lockedPrescription),
    ],
  }
}

function instituted(sheet: Sheet, { at, extension }: ReseptFacts): XmlNode | undefined {
  const parties = extsOf(extension, EXT.institutedBy).flatMap(
    ({ valueReference }) => (valueReference && partyNode(valueReference)) ?? [],
  )
  if (parties.length < extsOf(extension, EXT.institutedBy).length)
    unwritten(sheet, `${at}.extension`, 'who instituted the treatment, without a number')
  const of = (name: string): XmlNode | undefined => parties.find((party) => party.name === name)
  return parties.length === 0 ? undefined : node('Instituert', [of('Organisasjon'), of('Helseperson')])
}

function dispatch(sheet: Sheet, { at, extension }: ReseptFacts): XmlNode | undefined {
  const request = extOf(extension, EXT.dispatchRequest)
  if (request === undefined) return undefined
  const words = (part: string): string => partOf(request, part)?.valueString ?? ''
  const method = cs('MetodeEkspedering', partOf(request, 'method')?.valueCodeableConcept, 7404)
  return node('EkspAnm', [
    flag('Vilkar', partOf(request, 'condition')?.valueBoolean === true),
    method ?? lacks(sheet, `${at}.extension`, 'the method of dispatch is missing'),
    node('Utleverer', words('her-id')),
    node('Kontaktperson', words('contact')),
    addressNode(partOf(request, 'address')?.valueAddress),
    text('Merknad', partOf(request, 'note')?.valueString),
    node('OrgNrUtleverer', words('organization-number')),
    node('UtlevererNavn', words('name')),
  ])
}

/** Every part in the namespace of felleskomponent1. */
function addressNode(address: Address | undefined): XmlNode | undefined {
  if (address === undefined) return undefined
  const fk1 = (one: XmlNode | undefined): XmlNode | undefined =>
    one && { ...one, attributes: { ...one.attributes, xmlns: NS.fk1 } }
  const municipality = extOf(address._district?.extension, NO_BASIS_MUNICIPALITY)?.valueCoding
  const [street, postbox] = address.line ?? []
  return node('Adresse', [
    fk1(
      address.type === undefined
        ? undefined
        : node('Type', undefined, { V: address.type === 'postal' ? 'PST' : 'RES' }),
    ),
    fk1(text('StreetAdr', street)),
    fk1(text('PostalCode', address.postalCode)),
    fk1(text('City', address.city)),
    fk1(text('Postbox', postbox)),
    fk1(municipality && cs('County', { coding: [municipality] }, 3402)),
    fk1(address.country === undefined ? undefined : node('Country', undefined, { V: address.country })),
  ])
}

function foreignNational(extension: readonly Extension[]): XmlNode | undefined {
  const foreign = extOf(extension, EXT.foreignNational)
  if (foreign === undefined) return undefined
  const words = (name: string, part: string) => text(name, partOf(foreign, part)?.valueString)
  const document = cs('EEADok', partOf(foreign, 'document')?.valueCodeableConcept, 7416)
  return node('Utlending', [
    flag('ArbeidstakerNorge', partOf(foreign, 'employed-in-norway')?.valueBoolean),
    cs('Konvensjonsland', partOf(foreign, 'convention-country')?.valueCodeableConcept, 9043),
    document &&
      node('EEA', [
        document,
        words('EEACardId', 'card-id'),
        words('EEAId', 'person-id'),
        words('EEATrygdekontorNavn', 'institution-name'),
        words('EEATrygdekontorNr', 'institution-number'),
        text('EEAGyldighetFra', partOf(foreign, 'valid-from')?.valueDate),
        text('EEAGyldighet', partOf(foreign, 'valid-to')?.valueDate),
      ]),
  ])
}
