/** sfm-Medication → the product kinds of the e-prescription family (norwegian-fhir.md 2.5). */
import type { Medication, MedicationIngredient, Ratio } from 'fhir/r4.js'
import { ATC } from '../../src/core/canonical.js'
import { concept, ext, filled } from '../kith/build.js'
import { EXT } from '../kith/extensions.js'
import type { Felles, Legemiddel } from '../kith/legemiddel.js'
import { MEDICATION_ID } from '../kith/legemiddel-to-medication.js'
import type { Coded } from '../kith/reader.js'
import { child, children, extension, extensions, flag, type Node, readWhole, text } from './json-trail.js'
import { amountValue, coded, codedValue, codeValue, plainConcept, textValue } from './values.js'

export interface SfmProduct {
  readonly legemiddel: Legemiddel
  /** Set for what is none of the catalogue's kinds: a local or magistral medicine, in its own words. */
  readonly local?: Medication
}

const SUBSTANCE = '1'
const BRAND = '2'
const PACKAGE = '3'

/** @param named what the reference to it says, where the Medication has no words of its own */
export function readProduct(medication: Node | undefined, named: string | undefined): SfmProduct | undefined {
  const code = child(medication, 'code')
  const codings = children(code, 'coding')
  const atcCoding = codings.find((one) => text(one, 'system') === ATC)
  const product = codings.find((one) => one !== atcCoding)
  const own = textValue(extension(medication, 'sfm-name'))
  const words = text(code, 'text')
  const navnFormStyrke = text(product, 'display') ?? words ?? own ?? named
  if (navnFormStyrke === undefined) return undefined
  const details = extension(medication, 'sfm-medicationdetails')
  const felles = fellesOf(medication, navnFormStyrke, atcOf(atcCoding))
  const id = text(product, 'code')
  const name = textValue(extension(details, 'name'))
  // The same number once more.
  for (const one of children(medication, 'identifier')) text(one, 'value')
  text(medication, 'status')
  switch (id === undefined ? undefined : codeValue(extension(details, 'registreringstype'))) {
    case SUBSTANCE:
      return { legemiddel: { kind: 'substance', ...felles, id: id ?? '', virkestoffMedStyrke: [] } }
    case BRAND:
      return {
        legemiddel: {
          kind: 'brand',
          ...felles,
          ...(id === undefined ? {} : { id }),
          varenavn: name ?? navnFormStyrke,
          virkestoffMedStyrke: [],
        },
      }
    case PACKAGE:
      return {
        legemiddel: {
          kind: 'package',
          ...felles,
          varenr: id ?? '',
          pakningsinfo: packages(medication, details),
        },
      }
    default:
      return {
        legemiddel: { kind: 'brand', ...felles, varenavn: navnFormStyrke, virkestoffMedStyrke: [] },
        local: localMedication(medication, codings, felles),
      }
  }
}

const atcOf = (coding: Node | undefined): Coded | undefined => {
  const V = text(coding, 'code')
  const DN = text(coding, 'display')
  return V === undefined ? undefined : { V, ...(DN === undefined ? {} : { DN }) }
}

function fellesOf(medication: Node | undefined, navnFormStyrke: string, atc: Coded | undefined): Felles {
  const form = coded(child(medication, 'form'))
  const group = extension(medication, 'no-basis-prescriptiongroup')
  return {
    navnFormStyrke,
    ...(atc === undefined ? {} : { atc }),
    // Written nested, and on magistral medicines flat.
    reseptgruppe: codedValue(extension(group, 'prescriptiongroup')) ?? codedValue(group) ?? {},
    ...(form === undefined ? {} : { legemiddelformKort: form }),
    refVilkar: [],
  }
}

function packages(medication: Node | undefined, details: Node | undefined) {
  const found = extensions(details, 'packinginfoprescription').map((info) => {
    const varenavn = textValue(extension(info, 'name'))
    const pakningsstr = textValue(extension(info, 'packingsize'))
    const enhetPakning = codedValue(extension(info, 'packingunit'))
    return {
      ...(varenavn === undefined ? {} : { varenavn }),
      ...(pakningsstr === undefined ? {} : { pakningsstr }),
      ...(enhetPakning === undefined ? {} : { enhetPakning }),
    }
  })
  // The size once more, put together as a text.
  const amount = extension(child(medication, 'amount'), 'sfm-amountText')
  const words = textValue(extension(amount, 'amounttext'))
  const size = amountValue(extension(amount, 'quantity'))
  if (found.length > 0 || (words === undefined && size === undefined)) return found
  return [{ pakningsstr: words ?? `${size?.V} ${size?.U ?? ''}`.trim() }]
}

/** Codes as they stand, which the hub cannot place in the catalogue's kinds; a recipe in its own words. */
function localMedication(medication: Node | undefined, codings: readonly Node[], felles: Felles): Medication {
  const recipe = textValue(extension(medication, 'sfm-recipe'))
  const group = felles.reseptgruppe
  return {
    resourceType: 'Medication',
    id: MEDICATION_ID,
    ...filled('extension', [
      ...ext(EXT.preparation, 'valueString', recipe),
      ...(group.V === undefined
        ? []
        : [
            {
              url: 'http://hl7.no/fhir/StructureDefinition/no-basis-prescriptiongroup',
              extension: [{ url: 'prescriptiongroup', valueCodeableConcept: concept(group, 7421) }],
            },
          ]),
    ]),
    code: {
      ...filled(
        'coding',
        codings.flatMap((one) => {
          const system = text(one, 'system')
          const code = text(one, 'code')
          const display = text(one, 'display')
          return system === undefined || code === undefined
            ? []
            : [{ system, code, ...(display === undefined ? {} : { display }) }]
        }),
      ),
      text: felles.navnFormStyrke,
    },
    ...(felles.legemiddelformKort === undefined ? {} : { form: concept(felles.legemiddelformKort, 7448) }),
    ...filled('ingredient', children(medication, 'ingredient').flatMap(ingredientOf)),
  }
}

/** As it stands: what it holds and how much. */
function ingredientOf(node: Node): MedicationIngredient[] {
  const item = plainConcept(child(node, 'itemCodeableConcept'))
  if (item === undefined) return []
  const strength = child(node, 'strength')
  const isActive = flag(node, 'isActive')
  if (strength !== undefined) readWhole(strength)
  return [
    {
      itemCodeableConcept: item,
      ...(isActive === undefined ? {} : { isActive }),
      // What is not valid R4 is found out where every resource is validated.
      ...(strength === undefined ? {} : { strength: strength.value as Ratio }),
    },
  ]
}
