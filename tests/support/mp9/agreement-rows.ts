/** Medication agreements with what ended, paused or cancelled them and with their schedules, as rows of a prescriber. */
import type { Dosage, MedicationRequest, MedicationStatement } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { addDaysTo, daysOf, type Mp9, treatmentIds } from './elements.js'

interface AgreementRow {
  readonly resource: MedicationStatement
  readonly source: Mp9
}

type Leave = (one: Mp9, why: string) => void

/**
 * One row for each agreement. A stop, pause or cancellation is an agreement of its own that names the one it is about
 * (`priorPrescription`): that one's row says it from its registration on. A schedule gives the doses of its agreement.
 */
export function agreementRows(all: readonly Mp9[], leave: Leave): AgreementRow[] {
  const agreements = all.filter(({ kind }) => kind === 'agreement')
  const schedules = all.filter(({ kind }) => kind === 'schedule')
  const root = (one: Mp9): Mp9 => {
    const before = one.stopType === undefined ? undefined : named(one, agreements)
    return before === undefined ? one : root(before)
  }
  const rows = agreements.flatMap((agreement): AgreementRow[] => {
    if (agreement.unknownModifier) {
      leave(agreement, 'carries a modifier that is not understood')
      return []
    }
    if (agreement.stopType !== undefined) {
      if (root(agreement) === agreement) leave(agreement, 'ends an agreement that is not there')
      return []
    }
    const acts = agreements
      .filter((act) => act.stopType !== undefined && root(act) === agreement)
      .sort(byRegistration)
    const charts = schedules
      .filter((schedule) => basedOn(schedule) === agreement.identifier.value)
      .sort(byRegistration)
    return [
      { source: agreement, resource: rowOf(agreement, acts.at(-1), dosageOf(agreement, charts, leave)) },
    ]
  })
  for (const schedule of schedules)
    if (!agreements.some(({ identifier }) => identifier.value === basedOn(schedule)))
      leave(schedule, 'a schedule of an agreement that is not there')
  return rows
}

const byRegistration = (a: Mp9, b: Mp9): number => Date.parse(a.registered) - Date.parse(b.registered)

const named = ({ resource }: Mp9, among: readonly Mp9[]): Mp9 | undefined => {
  const prior = (resource as MedicationRequest).priorPrescription?.identifier?.value
  return among.find(({ identifier }) => identifier.value === prior)
}

const basedOn = ({ resource }: Mp9): string | undefined =>
  (resource as MedicationRequest).basedOn?.[0]?.identifier?.value

function rowOf(agreement: Mp9, act: Mp9 | undefined, dosage: readonly Dosage[]): MedicationStatement {
  const { requester } = (act ?? agreement).resource as MedicationRequest
  const reasons = act === undefined ? [] : ((act.resource as MedicationRequest).reasonCode ?? [])
  const end = act?.stopType === 'on-hold' ? agreement.end : (act ?? agreement).end
  return {
    resourceType: 'MedicationStatement',
    identifier: [agreement.identifier, ...treatmentIds(agreement)],
    status: statusOf(act?.stopType),
    subject: { reference: 'Patient/00000000-0000-8000-8000-00000000000a' },
    dateAsserted: (act ?? agreement).registered,
    medicationCodeableConcept: { text: agreement.medicine },
    ...(requester === undefined
      ? {}
      : { informationSource: { type: 'PractitionerRole', reference: requester.reference! } }),
    effectivePeriod: {
      ...(agreement.start === undefined ? {} : { start: agreement.start }),
      ...(end === undefined ? {} : { end }),
    },
    ...(reasons.length === 0 ? {} : { statusReason: [...reasons] }),
    // A pause begins where what is paused ends, not when it was registered.
    ...(act?.stopType === 'on-hold' && act.end !== undefined
      ? { extension: [{ url: extensionUrl('status-date'), valueDateTime: act.end }] }
      : {}),
    dosage: [...dosage],
  }
}

function statusOf(stopType: Mp9['stopType']): MedicationStatement['status'] {
  switch (stopType) {
    case undefined:
      return 'active'
    case 'on-hold':
      return 'on-hold'
    case 'stopped':
    case 'cancelled':
      return 'stopped'
  }
}

/** Its own, or that of its schedules: the days that each names until it is ended or the next one begins. */
function dosageOf(agreement: Mp9, charts: readonly Mp9[], leave: Leave): readonly Dosage[] {
  const own = agreement.dosages.some(({ timing, doseAndRate }) => timing ?? doseAndRate)
    ? agreement.dosages
    : [{ text: agreement.words ?? '' }]
  if (charts.length === 0) return own
  const ended = charts.filter(({ stopType }) => stopType !== undefined)
  for (const stop of ended) leave(stop, 'end of a schedule; its days are left out of the schedule')
  const days = new Map<string, Dosage | undefined>()
  for (const chart of charts) {
    if (chart.stopType !== undefined) {
      for (const day of [...days.keys()]) if (day > (chart.end ?? '').slice(0, 10)) days.delete(day)
      continue
    }
    const dated = datedDoses(chart)
    if (dated === undefined) {
      leave(chart, 'a schedule that is not one dose a day, day by day')
      return [pointer(agreement)]
    }
    const first = dated[0]?.day ?? ''
    for (const day of [...days.keys()]) if (day >= first) days.delete(day)
    for (const { day, dosage } of dated) days.set(day, dosage)
  }
  return [
    pointer(agreement),
    ...[...days.values()].flatMap((dosage) => (dosage === undefined ? [] : [dosage])),
  ]
}

const pointer = ({ words }: Mp9): Dosage => ({
  extension: [
    {
      url: extensionUrl('dose-chart'),
      extension: [
        { url: 'code', valueCode: 'anticoagulation' },
        ...(words === undefined ? [] : [{ url: 'pointer', valueReference: { display: words } }]),
      ],
    },
  ],
})

/** Each day of a schedule with its dose; a dose of 0 is a day without one. Undefined where it cannot be told. */
function datedDoses(
  chart: Mp9,
): readonly { readonly day: string; readonly dosage: Dosage | undefined }[] | undefined {
  let day = chart.start?.slice(0, 10)
  if (day === undefined) return undefined
  const found: { day: string; dosage: Dosage | undefined }[] = []
  for (const dosage of [...chart.dosages].sort((a, b) => (a.sequence ?? 1) - (b.sequence ?? 1))) {
    const { boundsDuration, frequency, period, periodUnit, when, timeOfDay } = dosage.timing?.repeat ?? {}
    const length = daysOf(boundsDuration)
    const quantity = dosage.doseAndRate?.[0]?.doseQuantity
    const once = when?.length === 1 || timeOfDay?.length === 1 || (frequency === 1 && period === 1)
    if (length === undefined || quantity?.value === undefined || !once || (periodUnit ?? 'd') !== 'd')
      return undefined
    for (let index = 0; index < length; index += 1) {
      const event = timeOfDay === undefined ? day : `${day}T${timeOfDay[0]}+02:00`
      found.push({
        day,
        dosage:
          quantity.value === 0
            ? undefined
            : {
                timing: { event: [event], ...(when === undefined ? {} : { repeat: { when } }) },
                doseAndRate: [{ doseQuantity: quantity }],
              },
      })
      day = addDaysTo(day, 1)
    }
  }
  return found
}
