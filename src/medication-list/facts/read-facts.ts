/** FHIR resources to the engine's facts. Total: a resource that is no fact of the list is ignored with its reason. */
import type { DeviceUseStatement, FhirResource, Identifier, List } from 'fhir/r4.js'
import { assertNever } from '../../core/exhaustive.js'
import { rangeOfDateTime } from '../../core/zone.js'
import type { Fact } from '../contract.js'
import { remembered } from '../remember.js'
import type { DeviceAssignment, EngineFact, FactOrigin, FactSet, SourceList } from './fact.js'
import { putAct, readProvenance } from './read-acts.js'
import { readAllergy } from './read-allergy.js'
import { readDelivery, readProgramReceipt } from './read-chain.js'
import { endOf, type ReadContext, readRequest, readStatement } from './read-decision.js'
import { packingOf, readBasic, readOrdination, readPackingTask, readRegister } from './read-packing.js'
import { readPatient, readTask, readTeam } from './read-responsibility.js'
import { readStay } from './read-stay.js'
import { readAdministration, readAlert, readDispense } from './read-supply-and-intake.js'
import { withSachetOutcome } from './sachet-outcome.js'
import { identifierToken, partyKey, tokensOf } from './tokens.js'

/** Facts that are looked at together: of thousands of which one is new only these few are read one by one. */
const CHUNK = 64

/**
 * Reading depends on nothing but the fact, zone and catalogue. The hub gives the same fact as long as nothing about it
 * changed and the person's state is cached, so a year of intakes is read once and not at every derivation.
 */
const readBefore = remembered<EngineFact>()
const chunkBefore = remembered<FactSet>()

/**
 * Facts that decide come in order of `ref`, so that nothing later can depend on the order of arrival; intakes, of which
 * there are thousands, stay as they come, and what is made of them is sorted where it is made.
 */
export function readFacts(facts: readonly Fact[], context: ReadContext): FactSet {
  const set = emptySet()
  for (let from = 0; from < facts.length; from += CHUNK) {
    const chunk = facts.slice(from, from + CHUNK)
    const [first] = chunk
    if (first === undefined) break
    const { products, zone } = context
    addAll(
      set,
      chunkBefore(first, [zone, products, ...chunk], () => readChunk(chunk, context)),
    )
  }
  set.intakes = withSachetOutcome(set.intakes)
  const { intakes: _inAnyOrder, ...sorted } = set
  for (const few of Object.values(sorted)) few.sort((a, b) => (a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0))
  return set
}

function readChunk(chunk: readonly Fact[], context: ReadContext): FactSet {
  const set = emptySet()
  for (const fact of chunk) put(readCached(fact, context), set)
  return set
}

function addAll(set: Mutable<FactSet>, part: FactSet): void {
  for (const kind of KINDS) {
    // The same kind on both sides, which the type of an indexed access does not tell.
    const [into, from] = [set[kind] as EngineFact[], part[kind]]
    for (const fact of from) into.push(fact)
  }
}

const emptySet = (): Mutable<FactSet> => ({
  decisions: [],
  lists: [],
  supplies: [],
  intakes: [],
  alerts: [],
  stays: [],
  assignments: [],
  relays: [],
  calendars: [],
  answers: [],
  measures: [],
  ordinations: [],
  registers: [],
  packingRows: [],
  deliveries: [],
  programs: [],
  programReceipts: [],
  handOuts: [],
  aways: [],
  allergies: [],
  offers: [],
  delegations: [],
  attestations: [],
  issueDecisions: [],
  merges: [],
  splits: [],
  proposals: [],
  proposalAnswers: [],
  teams: [],
  persons: [],
})
// Its keys are those of the interface.
const KINDS = Object.keys(emptySet()) as readonly (keyof FactSet)[]

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer F)[] ? F[] : never }

function put(fact: EngineFact, set: Mutable<FactSet>): void {
  switch (fact.kind) {
    case 'prescription':
    case 'row':
      set.decisions.push(fact)
      break
    case 'source-list':
      set.lists.push(fact)
      break
    case 'supply':
      set.supplies.push(fact)
      break
    case 'intake':
      set.intakes.push(fact)
      break
    case 'roll-alert':
      set.alerts.push(fact)
      break
    case 'stay':
      set.stays.push(fact)
      break
    case 'device-assignment':
      set.assignments.push(fact)
      break
    case 'relay':
      set.relays.push(fact)
      break
    case 'packing-calendar':
      set.calendars.push(fact)
      break
    case 'packing-answer':
      set.answers.push(fact)
      break
    case 'measure':
      set.measures.push(fact)
      break
    case 'ordination':
      set.ordinations.push(fact)
      break
    case 'multidose-register':
      set.registers.push(fact)
      break
    case 'packing-row':
      set.packingRows.push(fact)
      break
    case 'delivery':
      set.deliveries.push(fact)
      break
    case 'program':
      set.programs.push(fact)
      break
    case 'program-receipt':
      set.programReceipts.push(fact)
      break
    case 'hand-out':
      set.handOuts.push(fact)
      break
    case 'away':
      set.aways.push(fact)
      break
    case 'allergy':
      set.allergies.push(fact)
      break
    case 'baton-offer':
      set.offers.push(fact)
      break
    case 'delegation':
      set.delegations.push(fact)
      break
    case 'attestation':
      set.attestations.push(fact)
      break
    case 'issue-decision':
    case 'line-merge':
    case 'line-split':
    case 'proposal':
    case 'proposal-answer':
      putAct(fact, set)
      break
    case 'team':
      set.teams.push(fact)
      break
    case 'person':
      set.persons.push(fact)
      break
    case 'ignored':
      break
    default:
      assertNever(fact)
  }
}

// The plain copy gives all facts of a kind one shape in memory; built by spreading they have one each, and every
// loop over them takes forty times as long (measured with Node 20).
const readCached = (fact: Fact, context: ReadContext): EngineFact =>
  readBefore(fact, [context.zone, context.products], () => ({ ...readFact(fact, context) }))

export function readFact(
  { ref, version, resource, source, receivedAt }: Fact,
  context: ReadContext,
): EngineFact {
  const origin: FactOrigin = {
    ref,
    version,
    key: identifierToken(firstIdentifier(resource)) ?? ref,
    sourceKey: source.key,
    role: source.role,
    receivedAt: Date.parse(receivedAt),
  }
  switch (resource.resourceType) {
    case 'MedicationRequest':
      return readRequest(resource, origin, context)
    case 'MedicationStatement':
      return readStatement(resource, origin, context)
    case 'MedicationDispense':
      return readDispense(resource, origin, context)
    case 'MedicationAdministration':
      return readAdministration(resource, origin, context)
    case 'List':
      return readSourceList(resource, origin, context)
    case 'DetectedIssue':
      return readAlert(resource, origin, context)
    case 'Encounter':
      return readStay(resource, origin, context)
    case 'AllergyIntolerance':
      return readAllergy(resource, origin, context)
    case 'DeviceUseStatement':
      return readAssignment(resource, origin, context)
    case 'SupplyDelivery':
      return readDelivery(resource, origin, context)
    case 'Basic':
      return readBasic(resource, origin, context.zone)
    case 'Task':
      return (
        readPackingTask(resource, origin, context.zone) ??
        readProgramReceipt(resource, origin, context) ??
        readTask(resource, origin, context)
      )
    case 'CareTeam':
      return readRegister(resource, origin) ?? readTeam(resource, origin, context)
    case 'Communication':
      return readOrdination(resource, origin, context.zone) ?? otherType(origin)
    case 'Provenance':
      return readProvenance(resource, origin, context)
    case 'Patient':
      return readPatient(resource, origin, context)
    default:
      return { ...origin, kind: 'ignored', why: 'other-type' }
  }
}

const otherType = (origin: FactOrigin): EngineFact => ({ ...origin, kind: 'ignored', why: 'other-type' })

function firstIdentifier(resource: FhirResource): Identifier | undefined {
  if (!('identifier' in resource)) return undefined
  const { identifier } = resource
  return Array.isArray(identifier) ? identifier[0] : undefined
}

function readSourceList(list: List, origin: FactOrigin, { zone }: ReadContext): SourceList {
  return {
    ...origin,
    kind: 'source-list',
    code: list.code?.coding?.find(({ code }) => code !== undefined)?.code,
    current: list.status === 'current',
    date: (list.date === undefined ? undefined : rangeOfDateTime(list.date, zone)?.from) ?? origin.receivedAt,
    author: partyKey(list.source),
    source: list.source,
    entries: new Set((list.entry ?? []).flatMap(({ item }) => tokensOf(item))),
    packing: packingOf(list, zone),
  }
}

const readAssignment = (
  use: DeviceUseStatement,
  origin: FactOrigin,
  { zone }: ReadContext,
): DeviceAssignment => ({
  ...origin,
  kind: 'device-assignment',
  active: use.status === 'active',
  paused: use.status === 'on-hold',
  device: partyKey(use.device),
  from:
    use.timingPeriod?.start === undefined ? undefined : rangeOfDateTime(use.timingPeriod.start, zone)?.from,
  to: endOf(use.timingPeriod?.end, zone),
})
