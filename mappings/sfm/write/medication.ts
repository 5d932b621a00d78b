/** Medication of a line or dispense → sfm-Medication (norwegian-fhir.md 2.5). */
import type { CodeableConcept, Extension, Medication, Reference, Resource } from 'fhir/r4.js'
import { ATC, FEST } from '../../../src/core/canonical.js'
import { ext, nested } from '../../kith/build.js'
import { EXT, NO_BASIS_PRESCRIPTION_GROUP } from '../../kith/extensions.js'
import { type Entry, entryUrl, extOf, idOf, refer, SFM, SFM_CODES, sfmProfile } from './parts.js'

export interface Bearer {
  readonly medicationCodeableConcept?: CodeableConcept | undefined
  readonly medicationReference?: Reference | undefined
  readonly contained?: readonly Resource[] | undefined
}

/** `sfm-festregistrationtype`. */
const KINDS: Readonly<Record<string, readonly [code: string, display: string]>> = {
  substance: ['1', 'Legemiddelvirkestoff'],
  brand: ['2', 'Legemiddelmerkevare'],
  package: ['3', 'Legemiddelpakning'],
}

/** The medicine of `of` as an entry of its own, with the reference to it. */
export function medicationEntry(bearer: Bearer, of: string): { entry: Entry; reference: Reference } {
  const url = entryUrl('Medication', of)
  const stated = containedIn(bearer)
  const code = stated?.code ?? bearer.medicationCodeableConcept ?? {}
  const name =
    code.text ??
    code.coding?.find(({ display }) => display !== undefined)?.display ??
    bearer.medicationReference?.display
  const kind = KINDS[extOf(stated?.extension, EXT.registrationKind)?.valueCode ?? '']
  const resource: Medication = {
    resourceType: 'Medication',
    id: idOf(url),
    meta: sfmProfile('sfm-Medication'),
    ...extensionsOf(stated, kind, name),
    code: codeOf(code, kind !== undefined, name),
    status: 'active',
    ...(stated?.form === undefined ? {} : { form: stated.form }),
    ...(stated?.ingredient === undefined ? {} : { ingredient: stated.ingredient }),
  }
  return { entry: { fullUrl: url, resource }, reference: refer('Medication', url, name) }
}

function containedIn({ contained, medicationReference }: Bearer): Medication | undefined {
  const found = contained?.find(({ id }) => `#${id}` === medicationReference?.reference)
  // `resourceType` decides the shape of every stored resource.
  return found?.resourceType === 'Medication' ? (found as Medication) : undefined
}

/** FEST and ATC, as SFM gives them; whole where the catalogue's kind is not known. */
function codeOf(code: CodeableConcept, isListed: boolean, name: string | undefined): CodeableConcept {
  const coding = isListed
    ? (code.coding ?? []).filter(({ system }) => system === FEST || system === ATC)
    : (code.coding ?? [])
  return {
    ...(coding.length === 0 ? {} : { coding }),
    ...(name === undefined ? {} : { text: name }),
  }
}

function extensionsOf(
  stated: Medication | undefined,
  kind: readonly [code: string, display: string] | undefined,
  name: string | undefined,
): { extension?: Extension[] } {
  const group = extOf(stated?.extension, NO_BASIS_PRESCRIPTION_GROUP)
  const brand = extOf(stated?.extension, EXT.brandName)?.valueString
  const recipe = extOf(stated?.extension, EXT.preparation)?.valueString
  const packages = (stated?.extension ?? []).filter(({ url }) => url === EXT.packageInfo)
  const extension = [
    ...(group === undefined ? [] : [group]),
    ...nested(`${SFM}/sfm-medicationdetails`, [
      ext(
        'registreringstype',
        'valueCodeableConcept',
        kind && {
          coding: [{ system: `${SFM_CODES}/sfm-festregistrationtype`, code: kind[0], display: kind[1] }],
        },
      ),
      ext('name', 'valueString', brand),
      ...packages.map((info) => nested('packinginfoprescription', packing(info))),
    ]),
    ...(kind === undefined ? ext(`${SFM}/sfm-name`, 'valueString', name) : []),
    ...ext(`${SFM}/sfm-recipe`, 'valueString', recipe),
  ]
  return extension.length === 0 ? {} : { extension }
}

function packing({ extension }: Extension): (readonly Extension[])[] {
  return [
    ext('name', 'valueString', extOf(extension, 'name')?.valueString),
    ext('packingsize', 'valueString', extOf(extension, 'size')?.valueString),
    ext('packingunit', 'valueCodeableConcept', extOf(extension, 'unit')?.valueCodeableConcept),
  ]
}
