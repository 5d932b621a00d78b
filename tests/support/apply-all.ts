/** The hub's way of one message without queue and database: messages in, the person's workspace and list out. */
import type { CareTeam, DetectedIssue, FhirResource, MedicationStatement } from 'fhir/r4.js'
import { canonicalDeviceProtocol } from '../../mappings/devices/protocol.js'
import { hl7v2Protocol } from '../../mappings/hl7v2/protocol.js'
import { kithProtocol } from '../../mappings/kith/protocol.js'
import { sfmProtocol } from '../../mappings/sfm/protocol.js'
import { messageId, personId } from '../../src/core/ids.js'
import type { ChannelProtocol } from '../../src/core/message.js'
import { applyMapped } from '../../src/hub/apply-message.js'
import { deriveList } from '../../src/hub/derive-list.js'
import { openDraft } from '../../src/hub/draft.js'
import { emptyWorkspace, type Workspace } from '../../src/hub/workspace.js'
import { listConfig } from '../../src/medication-list/defaults.js'
import { deriveList as derive } from '../../src/medication-list/derive-list.js'
import { NO_PRODUCTS } from '../../src/medication-list/products.js'
import { testValidation } from './validation.js'

const ZONE = 'Europe/Oslo'
const PROTOCOLS: Readonly<Record<string, ChannelProtocol>> = {
  hl7v2: hl7v2Protocol,
  eresept: kithProtocol,
  sfm: sfmProtocol,
  devices: canonicalDeviceProtocol,
}

export interface RawMessage {
  readonly channel: 'hl7v2' | 'eresept' | 'sfm' | 'devices'
  readonly text: string
}

export interface Told {
  readonly lines: readonly MedicationStatement[]
  readonly issues: readonly DetectedIssue[]
  readonly teams: readonly CareTeam[]
  readonly facts: readonly FhirResource[]
  readonly listVersion: number
}

/** Applies the messages in the order given, all at one instant, to one new person. */
export async function applyAll(messages: readonly RawMessage[], now: number): Promise<Told> {
  const validation = await testValidation()
  const workspace = emptyWorkspace(personId('person-1'))
  const shared = new Map()
  const ids = { next: 0 }
  const newId = () => `00000000-0000-4000-8000-${(ids.next++).toString(16).padStart(12, '0')}`
  const validate = (resource: unknown) => validation.validate(resource)
  let shown: readonly string[] = []
  for (const [index, message] of messages.entries()) {
    const receivedAt = new Date(now).toISOString()
    const draft = openDraft(workspace, shared, messageId(`m-${index}`), now)
    applyMapped(draft, mapRaw(message, receivedAt), {
      messageId: messageId(`m-${index}`),
      receivedAt,
      newId,
      validate,
    })
    const derived = deriveList(draft, {
      derive,
      products: NO_PRODUCTS,
      config: listConfig(ZONE, 'nb'),
      newId,
      validate,
    })
    shown = derived.list?.entries ?? shown
  }
  return tell(workspace, shown)
}

function mapRaw(message: RawMessage, receivedAt: string) {
  const protocol = PROTOCOLS[message.channel]
  const raw = new TextEncoder().encode(message.text)
  const door = protocol?.check(raw, { zone: ZONE, syntheticIds: 'accept', processingIds: ['P'] })
  const envelope = door?.kind === 'accept' ? door.items[0] : undefined
  const type = envelope === undefined ? undefined : protocol?.types.get(envelope.kind)
  if (envelope === undefined || type === undefined) throw new Error(`refused: ${JSON.stringify(door)}`)
  const context = { zone: ZONE, receivedAt, sender: envelope.sender }
  return type.map(type.parse(raw, 0, context), context)
}

function tell(workspace: Workspace, entries: readonly string[]): Told {
  const stored = [...workspace.resources.values()]
  const shown = new Set(entries.map((entry) => entry.split('/')[1]))
  const derived = stored.filter(({ layer }) => layer === 'line').map(({ resource }) => resource)
  return {
    lines: derived.filter(
      (r): r is MedicationStatement => r.resourceType === 'MedicationStatement' && shown.has(r.id),
    ),
    issues: derived.filter(
      (r): r is DetectedIssue => r.resourceType === 'DetectedIssue' && r.status === 'preliminary',
    ),
    teams: derived.filter((r): r is CareTeam => r.resourceType === 'CareTeam' && shown.has(r.id)),
    facts: stored.filter(({ layer }) => layer === 'fact').map(({ resource }) => resource),
    listVersion: workspace.listVersion,
  }
}
