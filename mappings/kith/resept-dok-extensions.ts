/** Administrative facts of a ReseptDok as extensions: the same on prescription, list entry and dispense (eresept.md 11.2). */
import type { CodeableConcept, Extension } from 'fhir/r4.js'
import { HER } from '../../src/core/canonical.js'
import { concept, ext, nested, quantity } from './build.js'
import { EXT } from './extensions.js'
import { detailExtensions } from './product-details.js'
import type { Forskrivning, ReseptDokHandelsvare, ReseptDokLegemiddel } from './resept-dok.js'

/** What no element of MedicationRequest, MedicationStatement or MedicationDispense takes. */
export function reseptDokExtensions(dok: ReseptDokLegemiddel): readonly Extension[] {
  const { forskrivning, utenMt } = dok
  return [
    ...commonExtensions(dok),
    ...ext(
      EXT.homeCareAdministration,
      'valueIdentifier',
      dok.komLegemdlAdm === undefined ? undefined : { system: HER, value: dok.komLegemdlAdm },
    ),
    ...nested(EXT.withoutApproval, [
      ext('justification', 'valueString', utenMt?.begrunnelse),
      ext('manufacturer', 'valueString', utenMt?.produsent),
      ext('direct-application', 'valueBoolean', utenMt?.direktesoknadSlv),
    ]),
    ...ext(EXT.noCombination, 'valueBoolean', forskrivning.ingenKombinasjon),
    ...ext(EXT.use, 'valueCodeableConcept', forskrivning.bruk && concept(forskrivning.bruk, 9101)),
    ...administration(forskrivning),
  ]
}

export const commonExtensions = (dok: ReseptDokLegemiddel | ReseptDokHandelsvare): readonly Extension[] => [
  ...ext(EXT.itemGroup, 'valueCodeableConcept', concept(dok.varegruppekode, 7402)),
  ...ext(EXT.reimbursementParagraph, 'valueCodeableConcept', dok.refHjemmel && concept(dok.refHjemmel, 7427)),
  ...ext(EXT.merchandiseKind, 'valueCode', dok.kind === 'merchandise' ? dok.vare?.kind : undefined),
  ...(dok.kind === 'merchandise' ? detailExtensions(dok.vare?.details ?? []) : []),
]

/** How much and how often may be dispensed, where the resource has no dispenseRequest of its own. */
export const supplyExtensions = (dok: ReseptDokLegemiddel): readonly Extension[] => [
  ...ext(EXT.repeats, 'valueInteger', Number(dok.reiterasjon)),
  ...ext(EXT.packageCount, 'valueDecimal', dok.antall === undefined ? undefined : Number(dok.antall)),
  ...ext(EXT.dispenseAmount, 'valueQuantity', dok.mengde && quantity(dok.mengde)),
  ...ext(
    EXT.substitutionReserved,
    'valueCodeableConcept',
    dok.bytteresRekvirent && concept(dok.bytteresRekvirent, 1101),
  ),
]

const administration = ({ administrering }: Forskrivning): readonly Extension[] =>
  nested(EXT.administration, [
    ext('by', 'valueCodeableConcept', administrering && concept(administrering.admVed, 9074)),
    ext('method', 'valueCodeableConcept', administrering && concept(administrering.admMate, 9075)),
    ext('by-chart', 'valueBoolean', administrering?.admEtterSkjema),
    ext('chart', 'valueString', administrering?.admSkjema),
  ])

/** Indication as written, then the coded diagnosis behind the reimbursement. */
export const reasonsOf = (dok: ReseptDokLegemiddel): CodeableConcept[] => [
  ...(dok.forskrivning.bruksomrade === undefined ? [] : [{ text: dok.forskrivning.bruksomrade }]),
  ...(dok.refKode === undefined ? [] : [concept(dok.refKode, 7110)]),
]
