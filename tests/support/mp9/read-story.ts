/**
 * A small reader of the treatment stories of the Dutch medication process (Medicatieproces 9) as engine facts. It is no
 * mapping of the product: it reads what the stories of shared/samples/medlist use, and names what it leaves out.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type {
  MedicationAdministration,
  MedicationDispense,
  MedicationRequest,
  MedicationStatement,
} from 'fhir/r4.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { agreementRows } from './agreement-rows.js'
import { addDaysTo, addMonthsTo, type Mp9, mp9, treatmentIds } from './elements.js'
import { resourceOfXml } from './fhir-xml.js'

export const STORIES = '../shared/samples/medlist/nl-mp9'
export const haveStories = existsSync(STORIES)

const PATIENT = 'Patient/00000000-0000-8000-8000-00000000000a'

export interface Story {
  readonly facts: readonly Fact[]
  /** What was known by then and is no fact, or could not be told, each with why: `<identifier> <reason>`. */
  readonly leftOut: readonly string[]
}

/**
 * The facts of a story as known at an instant.
 * @param name folder, such as `test/MBH_300_onderbreken`
 * @param day ISO date that stands for T of the placeholders
 * @param known ISO instant; what is registered later is not there yet
 */
export function readStory(name: string, day: string, known: string): Story {
  const leftOut: string[] = []
  const all = readdirSync(`${STORIES}/${name}`)
    .filter((file) => file.endsWith('.xml'))
    .sort()
    .map((file) => mp9(resourceOfXml(fillDates(readFileSync(`${STORIES}/${name}/${file}`, 'utf8'), day))))
    .filter(({ registered }) => Date.parse(registered) <= Date.parse(known))
  const leave = ({ id }: Mp9, why: string): void => void leftOut.push(`${id} ${why}`)
  const facts = agreementRows(all, leave).map(({ resource, source }) => fact(resource, source, 'prescriber'))
  const corrected = all.some(({ resource }) => isNegative(resource))
  for (const one of all)
    switch (one.kind) {
      case 'agreement':
      case 'schedule':
        break
      case 'administration-agreement':
        leave(one, 'agreement of the pharmacy, no supply')
        break
      case 'dispense-request':
        leave(one, 'request to supply, no decision')
        break
      case 'dispense':
        facts.push(fact(dispense(one, one.resource as MedicationDispense), one, 'pharmacy'))
        break
      case 'use': {
        const use = one.resource as MedicationStatement
        if (use.informationSource?.type === 'Patient' || use.informationSource?.type === 'RelatedPerson')
          facts.push(fact(reportedUse(one, use), one, 'patient'))
        else leave(one, 'use told by no patient or relative')
        break
      }
      case 'administration':
        if (corrected) leave(one, 'an intake of the treatment was corrected by a negative amount')
        else facts.push(fact(intake(one, one.resource as MedicationAdministration), one, 'home-care'))
        break
      case 'other':
        leave(one, 'of no known category')
    }
  return { facts, leftOut: leftOut.sort() }
}

/** `${DATE, T, D, -6}`: six days before the test day; M: months. */
export const fillDates = (text: string, day: string): string =>
  text.replaceAll(/\$\{DATE, T, ([DM]), ([+-]?\d+)\}/g, (_, unit: string, count: string) => {
    return unit === 'D' ? addDaysTo(day, Number(count)) : addMonthsTo(day, Number(count))
  })

const fact = (resource: Fact['resource'], { id, registered }: Mp9, role: Fact['source']['role']): Fact => ({
  ref: `${resource.resourceType}/${id}`,
  version: 1,
  resource: { ...resource, id },
  source: { key: `${role}|mp9`, role },
  receivedAt: new Date(registered).toISOString(),
})

const base = ({ identifier, medicine }: Mp9) => ({
  identifier: [identifier],
  subject: { reference: PATIENT },
  medicationCodeableConcept: { text: medicine },
})

/** The treatment that something below the prescriber's side belongs to. */
const ofTreatment = ({ treatment }: Mp9) =>
  treatment === undefined
    ? []
    : [
        {
          type: 'MedicationStatement',
          identifier: { system: treatment.system ?? '', value: treatment.value ?? '' },
        },
      ]

const dispense = (one: Mp9, { status, quantity, whenHandedOver, performer }: MedicationDispense) =>
  ({
    resourceType: 'MedicationDispense',
    ...base(one),
    status,
    supportingInformation: ofTreatment(one),
    ...(quantity === undefined ? {} : { quantity: { value: quantity.value!, unit: quantity.unit! } }),
    ...(whenHandedOver === undefined ? {} : { whenHandedOver }),
    ...(performer === undefined ? {} : { performer }),
  }) satisfies MedicationDispense

function reportedUse(one: Mp9, use: MedicationStatement): MedicationStatement {
  return {
    resourceType: 'MedicationStatement',
    ...base(one),
    identifier: [one.identifier, ...treatmentIds(one)],
    // The stop type in the modifier says the same as the status here; one that did not would be refused.
    status: one.stopType === undefined || one.stopType === use.status ? use.status : 'unknown',
    ...(use.dateAsserted === undefined ? {} : { dateAsserted: use.dateAsserted }),
    ...(use.effectivePeriod === undefined ? {} : { effectivePeriod: use.effectivePeriod }),
    informationSource: use.informationSource!,
    // Use "as agreed" has no dose of its own; the pharmacy's agreement that it repeats may be one part of several.
    ...(one.asAgreed || one.dosages.length === 0 ? {} : { dosage: [...one.dosages] }),
  }
}

function intake(one: Mp9, source: MedicationAdministration): MedicationAdministration {
  const agreement = (source.request as MedicationRequest['priorPrescription'])?.identifier
  return {
    resourceType: 'MedicationAdministration',
    ...base(one),
    status: source.status,
    ...(source.effectiveDateTime === undefined ? {} : { effectiveDateTime: source.effectiveDateTime }),
    ...(one.deviation === undefined ? {} : { statusReason: [one.deviation] }),
    ...(source.performer === undefined ? {} : { performer: source.performer }),
    ...(agreement === undefined ? {} : { request: { type: 'MedicationRequest', identifier: agreement } }),
    dosage: { dose: { value: source.dosage!.dose!.value!, unit: source.dosage!.dose!.unit! } },
  }
}

const isNegative = (resource: Mp9['resource']): boolean =>
  resource.resourceType === 'MedicationAdministration' && (resource.dosage?.dose?.value ?? 0) < 0
