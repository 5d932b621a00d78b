/** What a resource of the Dutch medication process says outside the elements of FHIR: category, treatment, times, stop. */
import type { CodeableConcept, Dosage, Extension, FhirResource, Identifier, Quantity } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../../src/core/canonical.js'

export type Mp9Resource = Extract<
  FhirResource,
  {
    resourceType:
      | 'MedicationRequest'
      | 'MedicationDispense'
      | 'MedicationStatement'
      | 'MedicationAdministration'
  }
>

export interface Mp9 {
  readonly resource: Mp9Resource
  readonly kind:
    | 'agreement'
    | 'schedule'
    | 'administration-agreement'
    | 'dispense-request'
    | 'dispense'
    | 'use'
    | 'administration'
    | 'other'
  /** Value of the identifier, as a FHIR id. */
  readonly id: string
  readonly identifier: Identifier
  readonly treatment: Identifier | undefined
  readonly medicine: string
  /** When it was registered, ordered, handed over or told: dateTime with offset. */
  readonly registered: string
  readonly start: string | undefined
  /** First instant without a dose, or the last second of the last day. */
  readonly end: string | undefined
  readonly stopType: 'stopped' | 'on-hold' | 'cancelled' | undefined
  /** A modifier that the reader does not know. */
  readonly unknownModifier: boolean
  readonly dosages: readonly Dosage[]
  /** The rendered instruction, in the source's words. */
  readonly words: string | undefined
  /** The person uses it as agreed, says the report. */
  readonly asAgreed: boolean
  readonly deviation: CodeableConcept | undefined
}

/** SNOMED CT codes of the category, by resource type. */
const KINDS: Readonly<Record<string, Mp9['kind']>> = {
  'MedicationRequest 33633005': 'agreement',
  'MedicationRequest 395067002': 'schedule',
  'MedicationRequest 52711000146108': 'dispense-request',
  'MedicationDispense 422037009': 'administration-agreement',
  'MedicationDispense 373784005': 'dispense',
  'MedicationStatement 422979000': 'use',
  'MedicationAdministration 18629005': 'administration',
}
const STOP_TYPES: Readonly<Record<string, NonNullable<Mp9['stopType']>>> = {
  '410546004': 'stopped',
  '385655000': 'on-hold',
  '89925002': 'cancelled',
}
const STOP_TYPE = 'ext-StopType'
const CYCLE = 'ext-InstructionsForUse.RepeatPeriodCyclicalSchedule'

/** Sound for the stories: each of their files holds one of these four types. */
export function mp9(found: FhirResource): Mp9 {
  const resource = found as Mp9Resource
  const identifier = resource.identifier![0]!
  const extension = named(resource.extension)
  const modifier = named(resource.modifierExtension)
  const period = extension('ext-TimeInterval.Period')?.valuePeriod as
    | { start?: string; end?: string; extension?: Extension[] }
    | undefined
  const length = named(period?.extension)('ext-TimeInterval.Duration')?.valueDuration
  const categories = [resource.category ?? []].flat().flatMap(({ coding }) => coding ?? [])
  const kind = categories
    .map(({ code }) => KINDS[`${resource.resourceType} ${code}`])
    .find((one) => one !== undefined)
  const stop = modifier(STOP_TYPE)?.valueCodeableConcept?.coding?.[0]?.code ?? ''
  return {
    resource,
    kind: kind ?? 'other',
    id: identifier.value!.replaceAll('_', '-'),
    identifier,
    treatment: extension('ext-PharmaceuticalTreatment.Identifier')?.valueIdentifier,
    medicine: resource.medicationReference?.display ?? '',
    registered: registeredAt(resource, extension('ext-RegistrationDateTime')?.valueDateTime),
    start: period?.start,
    end: period?.end ?? endAfter(period?.start, length),
    stopType: STOP_TYPES[stop],
    unknownModifier: (resource.modifierExtension ?? []).some(
      ({ url }) =>
        !(url.endsWith(`/${CYCLE}`) || (url.endsWith(`/${STOP_TYPE}`) && STOP_TYPES[stop] !== undefined)),
    ),
    dosages: dosagesOf(resource, modifier(CYCLE)?.valueDuration, period?.start),
    words: extension('ext-RenderedDosageInstruction')?.valueString,
    asAgreed: extension('ext-AsAgreedIndicator')?.valueBoolean === true,
    deviation: extension('ext-MedicationAdministration2.ReasonForDeviation')?.valueCodeableConcept,
  }
}

const named =
  (extensions: readonly Extension[] | undefined) =>
  (name: string): Extension | undefined =>
    extensions?.find(({ url }) => url.endsWith(`/${name}`))

function registeredAt(resource: Mp9Resource, registered: string | undefined): string {
  switch (resource.resourceType) {
    case 'MedicationRequest':
      return registered ?? resource.authoredOn!
    case 'MedicationDispense':
      return registered ?? resource.whenHandedOver!
    case 'MedicationStatement':
      return resource.dateAsserted!
    case 'MedicationAdministration':
      return registered ?? resource.effectiveDateTime!
  }
}

/** A period given by its length: n days from its start, to the same time of day. */
function endAfter(start: string | undefined, length: Quantity | undefined): string | undefined {
  const months = length?.code === 'mo' ? length.value : undefined
  if (start !== undefined && months !== undefined)
    return `${addMonthsTo(start.slice(0, 10), months)}${start.slice(10)}`
  const days = daysOf(length)
  if (start === undefined || days === undefined) return undefined
  // A period in whole days includes its last day.
  return start.length === 10
    ? addDaysTo(start, days - 1)
    : `${addDaysTo(start.slice(0, 10), days)}${start.slice(10)}`
}

export const addDaysTo = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

export const treatmentIds = ({ treatment }: Mp9) =>
  treatment === undefined
    ? []
    : [{ ...treatment, type: { coding: [{ system: codeSystemUrl('treatment-id'), code: 'treatment' }] } }]

export function addMonthsTo(day: string, months: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCMonth(date.getUTCMonth() + months)
  return date.toISOString().slice(0, 10)
}

const DAYS: Readonly<Record<string, number>> = { d: 1, wk: 7 }

/** A length in whole days; others stay unread. */
export const daysOf = (length: Quantity | undefined): number | undefined => {
  const days = DAYS[length?.code ?? '']
  return days === undefined || length?.value === undefined ? undefined : days * length.value
}

function dosagesOf(resource: Mp9Resource, cycle: Quantity | undefined, start: string | undefined): Dosage[] {
  switch (resource.resourceType) {
    case 'MedicationRequest':
    case 'MedicationDispense':
      return (resource.dosageInstruction ?? []).map((dosage) => plain(dosage, cycle, start))
    case 'MedicationStatement':
      return (resource.dosage ?? []).map((dosage) => plain(dosage, cycle, start))
    case 'MedicationAdministration':
      return []
  }
}

/** Without the codes of national tables, which say the same; a cycle as the hub says it. */
function plain(dosage: Dosage, cycle: Quantity | undefined, start: string | undefined): Dosage {
  const { boundsDuration, extension: _, ...repeat } = dosage.timing?.repeat ?? {}
  const on = daysOf(boundsDuration)
  const whole = daysOf(cycle)
  const cyclic = on !== undefined && whole !== undefined && start !== undefined
  const [given] = dosage.doseAndRate ?? []
  return {
    ...(dosage.sequence === undefined ? {} : { sequence: dosage.sequence }),
    ...(dosage.additionalInstruction === undefined
      ? {}
      : { additionalInstruction: dosage.additionalInstruction }),
    ...(dosage.timing === undefined
      ? {}
      : {
          timing: {
            repeat: {
              ...repeat,
              ...(cyclic
                ? { boundsPeriod: { start: start.slice(0, 10) } }
                : boundsDuration === undefined
                  ? {}
                  : { boundsDuration }),
            },
          },
        }),
    ...(dosage.asNeededBoolean === undefined ? {} : { asNeededBoolean: dosage.asNeededBoolean }),
    ...(dosage.asNeededCodeableConcept === undefined
      ? {}
      : { asNeededCodeableConcept: dosage.asNeededCodeableConcept }),
    ...(dosage.route === undefined ? {} : { route: dosage.route }),
    ...(given?.doseQuantity === undefined
      ? given?.doseRange === undefined && given?.rateRange === undefined && given?.rateQuantity === undefined
        ? {}
        : { doseAndRate: [given] }
      : {
          doseAndRate: [
            { doseQuantity: { value: given.doseQuantity.value!, unit: given.doseQuantity.unit! } },
          ],
        }),
    ...(dosage.maxDosePerPeriod === undefined ? {} : { maxDosePerPeriod: dosage.maxDosePerPeriod }),
    ...(cyclic
      ? {
          extension: [
            {
              url: extensionUrl('cycle'),
              extension: [
                { url: 'on', valueInteger: on },
                { url: 'off', valueInteger: whole - on },
              ],
            },
          ],
        }
      : {}),
  }
}
