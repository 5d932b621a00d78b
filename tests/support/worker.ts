/** A worker over a store, without sockets: messages in as the door takes them, lanes worked off when the test says so. */
import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { PROTOCOLS } from '../../src/composition/protocols.js'
import { type LaneKey, type MessageId, messageId } from '../../src/core/ids.js'
import type { Channel, ChannelProtocol, MessageType } from '../../src/core/message.js'
import { untraced } from '../../src/core/tracer.js'
import { openParking, type Parking } from '../../src/hub/parked-channels.js'
import { openPersonCache } from '../../src/hub/person-cache.js'
import { openSharedRegister } from '../../src/hub/shared-register.js'
import { workLanes } from '../../src/hub/work-lane.js'
import type { WriteDeps } from '../../src/hub/write-resource.js'
import { listConfig } from '../../src/medication-list/defaults.js'
import { deriveList } from '../../src/medication-list/derive-list.js'
import { NO_PRODUCTS } from '../../src/medication-list/products.js'
import type { Store } from '../../src/store/contract.js'
import type { NewMessage } from '../../src/store/inbox.js'
import { testValidation } from './validation.js'

const ZONE = 'Europe/Oslo'
const nothing = () => undefined
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

export interface Worker {
  readonly deps: WriteDeps & { readonly store: Store }
  readonly parking: Parking
  /** Stores one message as its channel's door takes it. */
  readonly receive: (
    channel: Channel,
    text: string,
  ) => Promise<{ readonly id: MessageId; readonly lane: LaneKey }>
  /** Works all due lanes off, and what they ring. */
  readonly work: () => Promise<void>
  /** Told what was counted, such as `dead hl7v2`. */
  readonly counted: string[]
  readonly logged: string[]
  /** Thrown by every mapping whose message it is given for; undefined lets it through. */
  fault: ((kind: string, body: string) => unknown) | undefined
}

export async function openWorker(store: Store): Promise<Worker> {
  const validation = await testValidation()
  const counted: string[] = []
  const logged: string[] = []
  const log = (event: string, fields?: object) => logged.push(`${event} ${JSON.stringify(fields ?? {})}`)
  const logs = { info: log, warn: log, error: log }
  const parking = openParking(store, logs)
  const worker: Worker = {
    parking,
    counted,
    logged,
    fault: undefined,
    deps: {
      store,
      protocol: (channel) => faulty(PROTOCOLS.get(channel), (kind, body) => worker.fault?.(kind, body)),
      cache: openPersonCache(1_000),
      shared: openSharedRegister(store.loadShared, 100),
      derive: {
        derive: deriveList,
        products: NO_PRODUCTS,
        config: listConfig(ZONE, 'nb'),
        newId: randomUUID,
        validate: (resource) => validation.validate(resource),
      },
      noteReceipt: async () => false,
      clock: Date.now,
      newId: randomUUID,
      zone: ZONE,
      owner: 'stafett/test/1',
      leaseMs: 15_000,
      log: logs,
      random: () => 0,
      every: () => nothing,
      parking,
      count: (event, channel) => counted.push(`${event} ${channel}`),
      observe: nothing,
      superseded: nothing,
      tracer: untraced,
      hash: sha256,
      wait: (ms) => wait(ms),
      encode: (text) => Buffer.from(text),
    },
    receive: async (channel, text) => {
      const [accepted] = await store.accept([arriving(channel, text)])
      if (accepted?.kind !== 'stored') throw new Error(`not stored: ${accepted?.kind}`)
      return accepted
    },
    work: async () => {
      for (;;) {
        const lanes = await store.dueLanes(100)
        if (lanes.length === 0) return
        await workLanes(worker.deps, lanes)
      }
    },
  }
  return worker
}

function faulty(
  protocol: ChannelProtocol | undefined,
  fault: (kind: string, body: string) => unknown,
): ChannelProtocol | undefined {
  if (protocol === undefined) return undefined
  const types = [...protocol.types].map(([kind, type]): [string, MessageType] => [
    kind,
    {
      ...type,
      parse: (raw, part, context) => {
        const thrown = fault(kind, Buffer.from(raw).toString())
        if (thrown !== undefined) throw thrown
        return type.parse(raw, part, context)
      },
    },
  ])
  return { ...protocol, types: new Map(types) }
}

function arriving(channel: Channel, text: string): NewMessage {
  const body = Buffer.from(text)
  const settings = { zone: ZONE, syntheticIds: 'accept', processingIds: ['P'] } as const
  const door = PROTOCOLS.get(channel)?.check(body, settings)
  const envelope = door?.kind === 'accept' ? door.items[0] : undefined
  if (envelope === undefined) throw new Error(`refused: ${JSON.stringify(door)}`)
  return {
    id: messageId(randomUUID()),
    envelope,
    body,
    contentType: 'application/octet-stream',
    contentHash: sha256(body),
    state: 'waiting',
    answer: { status: 200, contentType: 'text/plain', body: '' },
    receivedAt: new Date().toISOString(),
  }
}
