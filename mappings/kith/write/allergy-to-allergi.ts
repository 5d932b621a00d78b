/** AllergyIntolerance → ki:Allergi (eresept.md 7, 11.5): the way back of allergi-to-allergy-intolerance. */
import type { AllergyIntolerance, CodeableConcept } from 'fhir/r4.js'
import { ATC } from '../../../src/core/canonical.js'
import { FEST_MEDICATION, FEST_SUBSTANCE } from '../allergi-to-allergy-intolerance.js'
import { startOfDay } from '../dates.js'
import { EXT } from '../extensions.js'
import { NS } from '../namespaces.js'
import { node, type XmlNode } from '../xml-write.js'
import { lacks, type Sheet } from './sheet.js'
import { cv, extOf, flag, text } from './values.js'

/** What the message demands and nobody said stands there as just that, in words. */
const NOT_STATED: CodeableConcept = { text: 'Ikke oppgitt' }

export function allergyToAllergi(sheet: Sheet, allergy: AllergyIntolerance, at: string): XmlNode {
  const { code, recordedDate } = allergy
  const codes = (system: string): string[] =>
    (code?.coding ?? []).flatMap((one) => (one.system === system && one.code !== undefined ? [one.code] : []))
  const atc = code?.coding?.find(({ system }) => system === ATC)
  const refuted = allergy.verificationStatus?.coding?.some((one) => one.code === 'refuted')
  const [brand] = codes(FEST_MEDICATION)
  // A name beside a brand, or alone, is that of the product; beside substances it is theirs.
  const isProduct = brand !== undefined || codes(FEST_SUBSTANCE).length === 0
  const name =
    code?.text ?? code?.coding?.find(({ display }) => display !== undefined && atc === undefined)?.display
  return node(
    'Allergi',
    [
      cv('Reaksjon', allergy.reaction?.[0]?.manifestation[0] ?? NOT_STATED, 7497),
      text('Kommentar', allergy.note?.map((one) => one.text).join('\n')),
      recordedDate === undefined
        ? lacks(sheet, `${at}.recordedDate`, 'when the allergy was last asserted is missing')
        : node('Oppdatert', recordedDate.includes('T') ? recordedDate : startOfDay(recordedDate, sheet.zone)),
      cv('Kilde', extOf(allergy.extension, EXT.informationSource)?.valueCodeableConcept ?? NOT_STATED, 7498),
      node('Legemiddelreaksjon', [
        atc && cv('Atc', { coding: [atc] }, 7180),
        isProduct ? undefined : text('Virkestoff', name),
        ...codes(FEST_SUBSTANCE).map((id) => node('VirkestoffId', id)),
        text('MerkevareId', brand),
        flag('Hjelpestoffreaksjon', extOf(allergy.extension, EXT.excipientReaction)?.valueBoolean),
        isProduct ? text('Varenavn', name) : undefined,
      ]),
      refuted === true ? flag('Avkreftet', true) : undefined,
    ],
    { xmlns: NS.ki },
  )
}
