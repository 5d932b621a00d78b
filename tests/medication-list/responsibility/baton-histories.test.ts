import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Reference, Task } from 'fhir/r4.js'
import type { Fact, ListResult } from '../../../src/medication-list/contract.js'
import { answerTimeOf } from '../../../src/medication-list/responsibility/baton-event.js'
import { newOfferTask } from '../../../src/medication-list/responsibility/baton-task.js'
import { partyOf } from '../../../src/medication-list/responsibility/party.js'
import {
  attestation,
  doctor,
  HOME_DOCTOR,
  holders,
  holdersAt,
  livePerson,
  NEW_GP,
  offersOf,
  openOffers,
  type Person,
  patientFact,
  teamFact,
  WARD_A,
  WARD_B,
  wardStay,
} from '../../support/baton-facts.js'
import { derive, fact, GP, PATIENT, prescription, row, sourceList } from '../../support/clinical-facts.js'

const RUNS = process.env.STAFETT_TEST_DEEP ? 1_000 : 10
const SEED = 20261124

const START = Date.parse('2026-09-01T00:00:00Z')
const HOUR_MS = 3_600_000
const iso = (hour: number): string => new Date(START + hour * HOUR_MS).toISOString()

/** Hours from the start; a late one is told of that many hours after it happened. */
type Step = { readonly after: number; readonly late: number } & (
  | { readonly kind: 'admit'; readonly stay: number; readonly ward: Reference }
  | { readonly kind: 'move'; readonly stay: number; readonly ward: Reference }
  | { readonly kind: 'discharge'; readonly stay: number }
  | { readonly kind: 'cancel'; readonly stay: number }
  | { readonly kind: 'gp'; readonly who: Reference }
  | { readonly kind: 'respite'; readonly hours: number | undefined }
  | { readonly kind: 'answer'; readonly how: 'accepted' | 'rejected' | 'withdrawn' }
  | { readonly kind: 'handover'; readonly who: Reference }
  | { readonly kind: 'attest'; readonly who: Reference }
  | { readonly kind: 'list'; readonly who: Reference }
  | { readonly kind: 'write'; readonly who: Reference }
  | { readonly kind: 'death'; readonly dead: boolean }
  | { readonly kind: 'wait' }
)

const stayNo = fc.integer({ min: 0, max: 2 })
const ward = fc.constantFrom(WARD_A, WARD_B)
const anyone = fc.constantFrom(GP, NEW_GP, HOME_DOCTOR, doctor('1000061', 'Legevakt'), WARD_A, WARD_B)
const kinds = fc.oneof(
  fc.record({ kind: fc.constant('admit' as const), stay: stayNo, ward }),
  fc.record({ kind: fc.constant('move' as const), stay: stayNo, ward }),
  fc.record({ kind: fc.constant('discharge' as const), stay: stayNo }),
  fc.record({ kind: fc.constant('cancel' as const), stay: stayNo }),
  fc.record({ kind: fc.constant('gp' as const), who: fc.constantFrom(GP, NEW_GP) }),
  fc.record({
    kind: fc.constant('respite' as const),
    hours: fc.option(fc.integer({ min: 5, max: 200 }), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('answer' as const),
    how: fc.constantFrom('accepted' as const, 'accepted' as const, 'rejected' as const, 'withdrawn' as const),
  }),
  fc.record({ kind: fc.constant('handover' as const), who: anyone }),
  fc.record({ kind: fc.constant('attest' as const), who: anyone }),
  fc.record({ kind: fc.constant('list' as const), who: anyone }),
  fc.record({ kind: fc.constant('write' as const), who: anyone }),
  fc.record({ kind: fc.constant('death' as const), dead: fc.boolean() }),
  fc.constant({ kind: 'wait' as const }),
)
const step: fc.Arbitrary<Step> = fc
  .tuple(
    kinds,
    fc.integer({ min: 0, max: 60 }),
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 90 }) },
    ),
  )
  .map(([kind, after, late]) => ({ ...kind, after, late }))
const history = fc.array(step, { minLength: 1, maxLength: 14 })

const later = (a: string, b: string): string => (a < b ? b : a)

interface Stays {
  readonly from: string
  readonly ward: Reference
  readonly end: string | undefined
  readonly cancelled: boolean
}

/** Offered by the holder without an event. */
function handover(id: string, hour: number, receiver: Reference): Fact {
  const at = Date.parse(iso(hour))
  const task = newOfferTask({
    id,
    patientRef: PATIENT,
    event: 'handover',
    at,
    made: at,
    deadline: at + answerTimeOf('handover'),
    cause: undefined,
    giver: partyOf(GP)!,
    receiver: partyOf(receiver)!,
    attested: false,
    content: [],
  })
  return fact(task, id, 'client', iso(hour))
}

/** Plays a step at an hour; what happened `late` hours before is told of now. */
function play(person: Person, stays: Map<number, Stays>, one: Step, hour: number, index: number): void {
  const at = iso(Math.max(0, hour - one.late))
  const now = iso(hour)
  const put = (no: number, stay: Stays) => {
    stays.set(no, stay)
    const { cancelled, end, from, ward: where } = stay
    person.add(
      wardStay(`e${no}`, from, {
        ward: where,
        receivedAt: now,
        ...(end === undefined ? {} : { end }),
        ...(cancelled ? { status: 'cancelled' as const } : {}),
      }),
    )
  }
  const known = 'stay' in one ? stays.get(one.stay) : undefined
  switch (one.kind) {
    case 'admit':
      if (known === undefined) put(one.stay, { from: at, ward: one.ward, end: undefined, cancelled: false })
      break
    case 'move':
      if (known !== undefined && 'stay' in one) put(one.stay, { ...known, ward: one.ward })
      break
    case 'discharge':
      if (known !== undefined) put(one.stay, { ...known, end: later(at, known.from) })
      break
    case 'cancel':
      if (known !== undefined) put(one.stay, { ...known, cancelled: true })
      break
    case 'gp':
      person.add(patientFact({ generalPractitioner: [one.who] }, now))
      break
    case 'respite': {
      const end = one.hours === undefined ? {} : { end: iso(hour + one.hours) }
      const member = { role: 'nursing-home-doctor', who: HOME_DOCTOR, period: { start: at, ...end } }
      person.add(teamFact('t', [member], now))
      break
    }
    case 'answer': {
      const [offer] = openOffers(person)
      if (offer !== undefined) person.answer(offer, one.how, now, offer.owner ?? {})
      break
    }
    case 'handover':
      person.add(handover(`h${index}`, hour, one.who))
      break
    case 'attest':
      person.add({ ...attestation(`a${index}`, at, one.who), receivedAt: now })
      break
    case 'list':
      person.add({ ...sourceList(`l${index}`, at, [], one.who as typeof GP), receivedAt: now })
      break
    case 'write':
      person.add(prescription(`p${index}`, { authoredOn: at, requester: one.who, receivedAt: now }))
      break
    case 'death':
      person.add(patientFact(one.dead ? { deceasedDateTime: at } : {}, now))
      break
    case 'wait':
      break
  }
}

interface Moment {
  readonly now: string
  readonly result: ListResult
  readonly offers: readonly Task[]
}

function playAll(steps: readonly Step[], check: (moment: Moment) => void): Person {
  const listed = row('r')
  const person = livePerson(listed, sourceList('l', iso(0), [listed]))
  const stays = new Map<number, Stays>()
  let hour = 1
  steps.forEach((one, index) => {
    hour += one.after
    play(person, stays, one, hour, index)
    const now = iso(hour)
    const result = person.at(now)
    check({ now, result, offers: offersOf(person) })
  })
  return person
}

describe('invariant 6: exactly one holder at each instant', () => {
  const property = (predicate: (steps: Step[]) => void) =>
    fc.assert(fc.property(history, predicate), { numRuns: RUNS, seed: SEED })

  it('holds for every history of admissions, overlaps, answers, deaths and late events', () => {
    property((steps) => {
      playAll(steps, ({ now, result }) => {
        const spans = holders(result)
        // From the first list on somebody at least acts as holder.
        const instants = spans.flatMap(({ period }) => [period?.start ?? '', period?.end ?? now])
        const died = result.responsibility.retired
        for (const instant of [...instants, now].filter((one) => one <= now)) {
          const count = holdersAt(result, instant).length
          const closed = died && instant >= (spans.at(-1)?.period?.end ?? now)
          assert.equal(count, closed ? 0 : 1, `${count} holders at ${instant}`)
        }
      })
    })
  })

  it('has at most one offer standing, and never one after death', () => {
    property((steps) => {
      playAll(steps, ({ offers, result }) => {
        const open = offers.filter(({ status }) => status === 'requested')
        assert.ok(open.length <= (result.responsibility.retired ? 0 : 1), `${open.length} offers`)
      })
    })
  })

  it('changes the holder only where an offer was taken', () => {
    property((steps) => {
      const person = playAll(steps, () => undefined)
      const result = person.at(iso(20_000))
      const attested = person.facts().some(({ resource }) => resource.resourceType === 'Provenance')
      const taken = offersOf(person).filter(({ status }) => status === 'accepted' || status === 'completed')
      if (!attested) return
      const opened = person
        .facts()
        .flatMap(({ resource }) =>
          resource.resourceType === 'Provenance' ? [new Date(resource.recorded).toISOString()] : [],
        )
        .sort()[0]
      const later = holders(result).filter(({ period }) => (period?.start ?? '') > (opened ?? ''))
      assert.ok(later.length <= taken.length, `${later.length} new holders, ${taken.length} offers taken`)
    })
  })

  it('depends on the facts and not on their order', () => {
    property((steps) => {
      const person = playAll(steps, () => undefined)
      const at = iso(20_000)
      person.at(at)
      const seen = (facts: readonly Fact[]) => {
        const { responsibility, issues } = derive(facts, { at })
        return {
          responsibility,
          issues: issues.map(({ id, severity }) => [id, severity]),
        }
      }
      const facts = person.facts()
      assert.deepEqual(seen([...facts].reverse()), seen(facts))
    })
  })

  it('comes to rest: the same facts derived again make no further offer', () => {
    property((steps) => {
      const person = playAll(steps, () => undefined)
      const at = iso(20_000)
      person.at(at)
      assert.deepEqual(person.at(at).responsibility.offers, [])
    })
  })
})
