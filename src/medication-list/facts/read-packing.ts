/** Packing calendars (Basic, List of the pharmacy), answers and measures (Task), ordinations (Communication). */
import type { Basic, CareTeam, Communication, Extension, List, Task, TaskInput, TaskOutput } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { rangeOfDateTime } from '../../core/zone.js'
import { type PackingPeriod, PERIOD_STATES } from '../packing/calendar.js'
import { CAUSES, MEASURE_KINDS } from '../packing/can-wait.js'
import type { FactOrigin, Ignored } from './fact.js'
import type {
  Measure,
  MultidoseRegister,
  Ordination,
  PackingAnswer,
  PackingCalendar,
} from './packing-fact.js'
import { partyKey, referenceToken, tokensOf } from './tokens.js'

export const PACKING_CALENDAR = 'packing-calendar'
const DETAIL = codeSystemUrl('packing-detail')
const TASK = codeSystemUrl('medlist-task')
const DATE = /^\d{4}-\d{2}-\d{2}$/

export function readBasic(basic: Basic, origin: FactOrigin, zone: string): PackingCalendar | Ignored {
  if (!basic.code.coding?.some(({ code }) => code === PACKING_CALENDAR))
    return { ...origin, kind: 'ignored', why: 'other-type' }
  const periods = statedPeriods(basic.extension, zone).flatMap((period) => period ?? [])
  return { ...origin, kind: 'packing-calendar', periods: periods.sort(byStart) }
}

const byStart = (a: PackingPeriod, b: PackingPeriod): number =>
  a.start < b.start ? -1 : a.start > b.start ? 1 : a.end < b.end ? -1 : 1

/** In the order in which they stand; undefined for one that names no days. */
export const statedPeriods = (
  extensions: readonly Extension[] | undefined,
  zone: string,
): readonly (PackingPeriod | undefined)[] =>
  (extensions ?? [])
    .filter(({ url }) => url === extensionUrl('packing-period'))
    .map((extension) => readPeriod(extension, zone))

function readPeriod({ extension = [] }: Extension, zone: string): PackingPeriod | undefined {
  const part = (name: string): Extension | undefined => extension.find(({ url }) => url === name)
  const start = dayOf(part('first-dose')?.valueDate)
  const end = dayOf(part('last-dose')?.valueDate)
  if (start === undefined || end === undefined) return undefined
  const state = part('state')?.valueCode
  // A time without a clock is read as its first instant: nothing is promised that may be too late.
  const instant = (name: string): number | undefined => instantOf(part(name)?.valueDateTime, zone)
  return {
    start,
    end,
    cutoff: instant('order-deadline'),
    expectedDelivery: instant('expected-delivery'),
    state: PERIOD_STATES.find((one) => one === state) ?? 'planned',
    acute: part('acute')?.valueBoolean === true,
  }
}

const dayOf = (value: string | undefined): string | undefined =>
  value !== undefined && DATE.test(value) ? value : undefined

const instantOf = (value: string | undefined, zone: string): number | undefined =>
  value === undefined ? undefined : rangeOfDateTime(value, zone)?.from

/** The next packing, as the pharmacy's own list states it (M25.2). */
export const packingOf = ({ extension }: List, zone: string): PackingPeriod | undefined =>
  statedPeriods(extension, zone).find((period) => period !== undefined)

/** Undefined for a Task that is not about packing. */
export function readPackingTask(
  task: Task,
  origin: FactOrigin,
  zone: string,
): PackingAnswer | Measure | undefined {
  const code = task.code?.coding?.find(({ system }) => system === TASK)?.code
  if (code === 'can-wait') return readAnswer(task, origin, zone)
  const measure = MEASURE_KINDS.find((kind) => kind === code)
  return measure === undefined ? undefined : readMeasure(task, measure, origin, zone)
}

const about = ({ basedOn, focus }: Task): Pick<Measure, 'line' | 'decisions'> => ({
  line: referenceToken(focus?.reference)?.split('/')[1],
  decisions: (basedOn ?? []).flatMap(tokensOf),
})

function readAnswer(task: Task, origin: FactOrigin, zone: string): PackingAnswer | undefined {
  const said = codeOf(detail(task.output, 'answer'))
  const answer = said === 'can-wait' || said === 'cannot-wait' ? said : undefined
  if (answer === undefined) return undefined
  const cause = codeOf(detail(task.input, 'cause'))
  return {
    ...origin,
    ...about(task),
    kind: 'packing-answer',
    counts: task.status === 'completed',
    answer,
    at: instantOf(task.lastModified ?? task.authoredOn, zone) ?? origin.receivedAt,
    wish: instantOf(detail(task.input, 'wish')?.valueDateTime, zone),
    cause: CAUSES.find((one) => one === cause),
    override: detail(task.input, 'override')?.valueString,
    effective: instantOf(detail(task.output, 'effective')?.valueDateTime, zone),
    told: codeOf(detail(task.output, 'result')),
  }
}

function readMeasure(task: Task, measure: Measure['measure'], origin: FactOrigin, zone: string): Measure {
  const state = measureState(task.status)
  const { end, start } = task.executionPeriod ?? {}
  return {
    ...origin,
    ...about(task),
    kind: 'measure',
    measure,
    state,
    from: instantOf(start, zone) ?? instantOf(task.authoredOn, zone) ?? origin.receivedAt,
    to: end === undefined ? undefined : rangeOfDateTime(end, zone)?.to,
    deadline: instantOf(task.restriction?.period?.end, zone),
    confirmedAt:
      state === 'confirmed'
        ? (instantOf(detail(task.output, 'confirmed-at')?.valueDateTime ?? task.lastModified, zone) ??
          origin.receivedAt)
        : undefined,
  }
}

function measureState(status: Task['status']): Measure['state'] {
  switch (status) {
    case 'completed':
      return 'confirmed'
    case 'failed':
    case 'rejected':
      return 'failed'
    case 'cancelled':
    case 'entered-in-error':
      return 'void'
    case 'draft':
    case 'requested':
    case 'received':
    case 'accepted':
    case 'ready':
    case 'in-progress':
    case 'on-hold':
      return 'open'
  }
}

const detail = <T extends TaskInput | TaskOutput>(
  parts: readonly T[] | undefined,
  name: string,
): T | undefined =>
  parts?.find(({ type }) => type.coding?.some(({ code, system }) => system === DETAIL && code === name))

const codeOf = (part: TaskInput | TaskOutput | undefined): string | undefined =>
  part?.valueCode ?? part?.valueCodeableConcept?.coding?.[0]?.code

/** Undefined for a team that no register of multidose responsibility tells. */
export const readRegister = (team: CareTeam, origin: FactOrigin): MultidoseRegister | undefined =>
  (team.category ?? []).some(({ coding }) => coding?.some(({ code }) => code === 'multidose-register'))
    ? { ...origin, kind: 'multidose-register', team }
    : undefined

/** Undefined for a Communication of another kind. */
export function readOrdination(
  { category, received, recipient, sent, status, extension }: Communication,
  origin: FactOrigin,
  zone: string,
): Ordination | undefined {
  const kinds = (category ?? []).flatMap(({ coding }) => coding ?? [])
  const is = (code: string): boolean =>
    kinds.some((coding) => coding.system === codeSystemUrl('communication-kind') && coding.code === code)
  if (!is('ordination') && !is('list-read')) return undefined
  const stated = extension?.find(({ url }) => url === extensionUrl('stated-at'))?.valueDateTime
  return {
    ...origin,
    kind: 'ordination',
    stated: instantOf(stated ?? sent ?? received, zone) ?? origin.receivedAt,
    recipient: partyKey(recipient?.[0]),
    received: instantOf(received, zone),
    by: is('list-read') ? 'reading' : 'receipt',
    refused: status === 'not-done' || status === 'stopped',
  }
}
