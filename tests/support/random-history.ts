/** Random histories of one person's facts: what is told, told anew, taken back and handed over in the course of time. */
import fc from 'fast-check'
import type { Fact } from '../../src/medication-list/contract.js'
import { fixed, GP, intake, prescription, row, sourceList, stay, supply, WARD } from './clinical-facts.js'

const KINDS = [
  'prescription',
  'renewal',
  'stop',
  'error',
  'row',
  'report',
  'list',
  'supply',
  'intake',
  'missed',
  'sachet',
  'order',
  'stay',
  'time',
] as const

export interface Step {
  readonly kind: (typeof KINDS)[number]
  /** Which of the few things of its kind. */
  readonly which: number
  readonly other: number
  readonly brand: string
  /** Days that pass before it. */
  readonly days: number
  readonly dose: 1 | 2
}

/** The same product, a product of its substitution group, the same substance otherwise, and others. */
const BRANDS = ['ID_METODEPOT', 'ID_SELOZOK', 'ID_METOTAB', 'ID_PARACET', 'ID_METHOTREXATE'] as const
const DAY_MS = 86_400_000
const BEGIN = Date.parse('2024-01-10T08:00:00Z')

export const histories = (stepsMax: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record<Step>({
      kind: fc.constantFrom(...KINDS),
      which: fc.integer({ min: 0, max: 2 }),
      other: fc.integer({ min: 0, max: 4 }),
      brand: fc.constantFrom(...BRANDS),
      days: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 0, max: 6 }) },
        { weight: 1, arbitrary: fc.integer({ min: 20, max: 420 }) },
      ),
      dose: fc.constantFrom(1, 2),
    }),
    { minLength: 1, maxLength: stepsMax, size: 'max' },
  )

export interface Moment {
  /** ISO instant. */
  readonly at: string
  /** All facts as they stand then. */
  readonly facts: readonly Fact[]
}

/** The facts after each step; what a step leaves alone is the same object as before. */
export function* play(steps: readonly Step[]): Generator<Moment> {
  const facts = new Map<string, Fact>()
  let now = BEGIN
  for (const [index, step] of steps.entries()) {
    now += step.days * DAY_MS + 1_800_000
    for (const told of tell(step, index, now, facts)) {
      const version = (facts.get(told.ref)?.version ?? 0) + 1
      facts.set(told.ref, { ...told, version, receivedAt: new Date(now).toISOString() })
    }
    yield { at: new Date(now + 1_000).toISOString(), facts: [...facts.values()] }
  }
}

function tell(step: Step, index: number, now: number, facts: ReadonlyMap<string, Fact>): Fact[] {
  const { which, other, brand } = step
  const at = new Date(now).toISOString()
  // Decisions of one day compete when they are known by their day alone.
  const decided = step.dose === 2 ? at.slice(0, 10) : at
  const dosage = [fixed(step.dose, { when: ['MORN'] })]
  const validTo = new Date(now + 90 * DAY_MS).toISOString()
  const requester = other % 2 === 0 ? GP : WARD
  switch (step.kind) {
    case 'prescription':
      return [prescription(`p${which}`, { brand, authoredOn: decided, dosage, validTo, requester })]
    case 'renewal':
      return [
        prescription(`n${index}`, {
          brand,
          authoredOn: decided,
          dosage,
          validTo,
          requester,
          ...(other === 0
            ? { more: { priorPrescription: { reference: `MedicationRequest/p${which}` } } }
            : {}),
        }),
      ]
    case 'stop':
      return [row(`r${which}`, { brand, asserted: decided, dosage, status: 'stopped', period: { end: at } })]
    case 'error':
      return [
        other % 2 === 0
          ? prescription(`p${which}`, { brand, authoredOn: decided, more: { status: 'entered-in-error' } })
          : row(`r${which}`, { brand, asserted: decided, status: 'entered-in-error' }),
      ]
    case 'row':
      return [
        row(`r${which}`, {
          brand,
          asserted: decided,
          dosage,
          ...(other < 3 ? { prescription: `p${other}` } : {}),
        }),
      ]
    case 'report':
      return [
        row(`s${which}`, {
          brand,
          asserted: decided,
          dosage,
          role: 'patient',
          more: { informationSource: {} },
        }),
      ]
    case 'list':
      return [
        sourceList(
          `l${which % 2}`,
          at,
          [...facts.values()].filter(
            ({ ref }) => ref.startsWith('MedicationStatement/r') && ref !== `MedicationStatement/r${other}`,
          ),
          requester,
        ),
      ]
    case 'supply':
      return [supply(`d${index}`, at, brand, other < 3 ? `p${which}` : undefined)]
    case 'intake':
      return [intake(`i${index}`, at, { brand })]
    case 'missed':
      return [intake(`i${index}`, at, { brand, status: 'not-done', reason: 'refused' })]
    case 'sachet':
      return sachet(`i${index}`, at, brand, other % 2 === 0)
    case 'order':
      return [
        prescription(`o${which}`, {
          brand,
          authoredOn: decided,
          more: { intent: 'filler-order', basedOn: [{ reference: `MedicationRequest/p${other}` }] },
        }),
        intake(`i${index}`, at, { brand, more: { request: { reference: `MedicationRequest/o${which}` } } }),
      ]
    case 'stay':
      return [stay(`e${which}`, at, other % 2 === 0 ? new Date(now + 3 * DAY_MS).toISOString() : undefined)]
    case 'time':
      return []
  }
}

/** A medicine told on its own, and the sachet in which it lay, told with another outcome. */
const sachet = (id: string, at: string, brand: string, taken: boolean): Fact[] => [
  intake(id, at, { brand, more: { partOf: [{ reference: `MedicationAdministration/${id}s` }] } }),
  intake(`${id}s`, at, {
    ...(taken ? {} : { status: 'not-done' as const }),
    more: {
      medicationCodeableConcept: undefined,
      medicationReference: { reference: '#medication' },
      contained: [{ resourceType: 'Medication', id: 'medication', code: { text: 'multidose sachet' } }],
    } as object,
  }),
]
