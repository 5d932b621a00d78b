/** Ordinations for pharmacies: whether a change makes one, and the message that it makes (eresept.md 7, 11.5). */
import type {
  CareTeam,
  Communication,
  FhirResource,
  List,
  MedicationRequest,
  MedicationStatement,
  Reference,
} from 'fhir/r4.js'
import type { Party } from '../../mappings/kith/write/msghead.js'
import { produce } from '../../mappings/kith/write/produce.js'
import type { Produced } from '../../mappings/kith/write/sheet.js'
import { extensionUrl } from '../core/canonical.js'
import type { Change } from '../core/delivery.js'
import { HubError } from '../core/errors.js'
import type { MessageId, PersonId } from '../core/ids.js'
import type { OrdinationReceiver } from '../core/ordination.js'
import type { Log } from '../core/ports.js'
import type { Store } from '../store/contract.js'
import { fragmentReader } from './ordination-fragments.js'
import { conversationOf, libOf } from './ordination-list.js'
import { isPassedOn, type OrdinationState, ordinationReason } from './ordination-rule.js'

export interface OrdinationDeps {
  readonly store: Pick<
    Store,
    'currentList' | 'listVersion' | 'loadPerson' | 'message' | 'rawMessage' | 'read' | 'search' | 'vread'
  >
  /** IANA zone. */
  readonly zone: string
  readonly log: Pick<Log, 'warn'>
}

/** Places named in the log for what a message does not say. */
const PLACES_MAX = 20

/** @returns version of the list that the receiver gets for this change, undefined when it gets none */
export async function ordinationDue(
  { store }: OrdinationDeps,
  change: Change,
  receiver: OrdinationReceiver,
): Promise<number | undefined> {
  const { personId, resources } = change
  const isTouched = resources.some((reference) => /^(CareTeam|Communication)\//.test(reference))
  if (personId === '' || (change.listVersion === undefined && !isTouched)) return undefined
  const team = await currentTeam(store, personId)
  if (team === undefined) return undefined
  const version = change.listVersion ?? (await store.currentList(personId))?.version
  if (version === undefined || version === 0) return undefined
  const former = change.listVersion === undefined ? version : version - 1
  const lines = await linesOf(store, personId, version)
  const before: OrdinationState | undefined =
    former === 0
      ? undefined
      : { lines: await linesOf(store, personId, former), team: await teamBefore(store, team, resources) }
  const message = change.messageId === undefined ? undefined : await store.message(change.messageId)
  const reason = ordinationReason({
    receiver,
    before,
    after: { lines, team },
    causedBy: message?.channel === 'eresept' ? message.sender : undefined,
    answered: await isAnswered(store, resources, receiver.her),
    at: change.at,
  })
  return reason === undefined ? undefined : version
}

/** @returns the received prescription or recall that the receiver gets byte for byte, undefined when there is none */
export async function prescriptionDue(
  { store }: OrdinationDeps,
  { at, messageId, personId }: Change,
  receiver: OrdinationReceiver,
): Promise<MessageId | undefined> {
  const message = personId === '' || messageId === undefined ? undefined : await store.message(messageId)
  if (personId === '' || message?.channel !== 'eresept') return undefined
  const team = await currentTeam(store, personId)
  const isDue = isPassedOn(message.kind, message.sender, { receiver, at, after: { lines: [], team } })
  return isDue ? message.id : undefined
}

export interface OrdinationEnvelope {
  /** A UUID. */
  readonly msgId: string
  /** ISO instant of the change: who is in charge then answers for the list. */
  readonly genDate: string
  readonly sender: Party
  readonly receiver: Party
  /** Id of the destination. */
  readonly destination: string
}

/**
 * M25.1 of one version of the list, with what has ended since (ordination-stops.ts). What its lines do not carry comes
 * from the facts as they are now.
 * @throws HubError NOT_FOUND when there is no such version
 */
export async function makeOrdination(
  { log, store, zone }: OrdinationDeps,
  person: PersonId,
  version: number,
  { destination, ...envelope }: OrdinationEnvelope,
): Promise<Produced> {
  const resources = (await resourcesOfVersion(store, person, version)) ?? []
  const [list] = resources
  if (list?.resourceType !== 'List') throw new HubError('NOT_FOUND', 'no such version of the list')
  const facts = [...(await store.loadPerson(person)).resources.values()]
  const patient = facts.flatMap(({ resource }) => (resource.resourceType === 'Patient' ? [resource] : []))[0]
  const team = facts.flatMap(({ layer, resource }) =>
    layer === 'line' && resource.resourceType === 'CareTeam' ? [resource] : [],
  )[0]
  const lib = await libOf({
    lines: resources.filter((one): one is MedicationStatement => one.resourceType === 'MedicationStatement'),
    prescriptions: resources.filter(
      (one): one is MedicationRequest => one.resourceType === 'MedicationRequest',
    ),
    facts,
    team,
    complete: isComplete(list),
    receiver: envelope.receiver.her,
    destination,
    at: envelope.genDate,
    fragmentOf: fragmentReader(store),
  })
  const conversation = conversationOf(facts)
  const produced = produce(
    { kind: 'M25.1', lib },
    { ...envelope, ...(conversation === undefined ? {} : { conversation }) },
    patient ?? { resourceType: 'Patient' },
    zone,
  )
  if (produced.kind === 'produced' && produced.unwritten.length > 0)
    log.warn('an ordination says less than the list', {
      message: envelope.msgId,
      places: produced.unwritten
        .slice(0, PLACES_MAX)
        .map(({ at }) => at)
        .join(' '),
    })
  return produced
}

/** As the list itself says when this version was made. */
const isComplete = ({ extension }: List): boolean =>
  extension?.some(
    ({ url, valueCode }) => url === extensionUrl('completeness') && valueCode === 'complete',
  ) === true

async function resourcesOfVersion(
  store: Pick<Store, 'listVersion'>,
  person: PersonId,
  version: number,
): Promise<readonly FhirResource[] | undefined> {
  const texts = await store.listVersion(person, version)
  // Our own stored resources.
  return texts?.map((text) => JSON.parse(text) as FhirResource)
}

const linesOf = async (
  store: Pick<Store, 'listVersion'>,
  person: PersonId,
  version: number,
): Promise<readonly MedicationStatement[]> =>
  ((await resourcesOfVersion(store, person, version)) ?? []).filter(
    (one): one is MedicationStatement => one.resourceType === 'MedicationStatement',
  )

const TEAMS_MAX = 200
const RESPONSIBILITY = 'medlist-responsibility'

/** The hub's own CareTeam: what registers have said stands in others. */
async function currentTeam(store: Pick<Store, 'search'>, person: PersonId): Promise<CareTeam | undefined> {
  const found = await store.search({
    type: 'CareTeam',
    clauses: [{ kind: 'person', anyOf: [person] }],
    count: TEAMS_MAX,
    after: undefined,
  })
  return found
    .map(({ text }) => JSON.parse(text) as CareTeam)
    .find(({ category }) =>
      category?.some(({ coding }) => coding?.some(({ code }) => code === RESPONSIBILITY)),
    )
}

/** As it was before the effect that wrote these resources. */
async function teamBefore(
  store: Pick<Store, 'vread'>,
  team: CareTeam,
  resources: readonly string[],
): Promise<CareTeam | undefined> {
  const written = resources
    .map((reference) => /^CareTeam\/([^/]+)\/_history\/(\d+)$/.exec(reference))
    .find((match) => match?.[1] === team.id)
  if (written === undefined || written === null || team.id === undefined) return team
  const former = Number(written[2]) - 1
  const entry = former === 0 ? undefined : await store.vread('CareTeam', team.id, former)
  return entry === undefined ? undefined : (JSON.parse(entry.text) as CareTeam)
}

/** Whether one of these resources answers a question of the asker. */
async function isAnswered(
  store: Pick<Store, 'read' | 'vread'>,
  resources: readonly string[],
  asker: string,
): Promise<boolean> {
  const isAsker = (party: Reference | undefined): boolean => party?.identifier?.value === asker
  for (const reference of resources) {
    const [, id, version] = /^Communication\/([^/]+)\/_history\/(\d+)$/.exec(reference) ?? []
    const answer =
      id === undefined ? undefined : communicationOf(await store.vread('Communication', id, Number(version)))
    if (answer?.inResponseTo === undefined) continue
    if (answer.recipient?.some(isAsker)) return true
    const question = answer.inResponseTo[0]?.reference?.split('/')[1]
    if (
      question !== undefined &&
      isAsker(communicationOf(await store.read('Communication', question))?.sender)
    )
      return true
  }
  return false
}

const communicationOf = (found: { readonly text: string } | undefined): Communication | undefined =>
  found && (JSON.parse(found.text) as Communication)
