/** The outbox of a worker process, with the destinations that its file names. */
import { readFileSync } from 'node:fs'
import { type DestinationFile, parseDestinationFile } from '../../adapters/destinations/destination-file.js'
import { DESTINATION_KINDS } from '../../adapters/destinations/registry.js'
import { HTTP_LIMITS } from '../../adapters/transport/http.js'
import { deliveryLane, FAN_OUT_LANE, jobOf } from '../../queue/job.js'
import { type Outbox, startOutbox } from '../../queue/outbox.js'
import { type Config, ConfigError, type Environment } from '../config.js'
import { DELIVERY_RULES } from '../core/delivery.js'
import type { LaneKey } from '../core/ids.js'
import type { DeliveryMetrics } from '../delivery-metrics.js'
import type { Job } from '../hub/jobs.js'
import { readListVersion } from '../hub/list-version.js'
import { makeOrdination, ordinationDue, prescriptionDue } from '../hub/ordination.js'
import type { WriteDeps } from '../hub/write-resource.js'
import type { Store } from '../store/contract.js'
import { openDeliveryStore } from '../store/deliveries.js'
import { openFanOutStore } from '../store/outbox.js'
import type { Database } from '../store/query.js'
import { traceDestinations } from './traced.js'

const DAY_MS = 86_400_000
const DELETE_EVERY_MS = 600_000
/** Deleted in one statement. */
const DELETED_MAX = 1_000
const NOTHING = '{"destinations": []}'

/** Before anything is opened. @throws ConfigError with every fault of the file */
export function readDestinations(config: Config, env: Environment): DestinationFile {
  const path = config.destinationsFile
  const file = parseDestinationFile(path === undefined ? NOTHING : readText(path), env, DESTINATION_KINDS)
  if (file.faults.length > 0)
    throw new ConfigError(file.faults.map((fault) => `STAFETT_DESTINATIONS: ${fault}`))
  return file
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new ConfigError([`STAFETT_DESTINATIONS: ${path} cannot be read`])
  }
}

export function openOutbox(
  config: Config,
  database: Database,
  store: Store,
  deps: WriteDeps,
  file: DestinationFile,
  metrics: DeliveryMetrics,
): Promise<Outbox> {
  const lists = { store, publicUrl: config.publicUrl }
  const ordinations = { store, zone: config.zone, log: deps.log }
  const limits = {
    ...HTTP_LIMITS,
    connectMs: config.deliveryConnectMs,
    tlsMs: config.deliveryTlsMs,
    firstByteMs: config.deliveryFirstByteMs,
    wholeMs: config.deliveryWholeMs,
  }
  const destinations = file.open({
    ordinations: {
      due: (change, receiver) => ordinationDue(ordinations, change, receiver),
      prescription: (change, receiver) => prescriptionDue(ordinations, change, receiver),
      raw: async (id) => (await store.rawMessage(id))?.body,
      make: (person, version, envelope) => makeOrdination(ordinations, person, version, envelope),
    },
    noteReceipt: deps.noteReceipt,
    zone: config.zone,
    listVersion: (person, version, patient) => readListVersion(lists, person, version, patient),
    limits,
    clock: deps.clock,
  })
  return startOutbox({
    store: { ...openFanOutStore(database), ...openDeliveryStore(database, DELIVERY_RULES) },
    destinations:
      config.otlpEndpoint === undefined
        ? destinations
        : traceDestinations(deps.tracer, destinations, store.traceOf),
    rules: DELIVERY_RULES,
    owner: deps.owner,
    newId: deps.newId,
    log: deps.log,
    random: deps.random,
    count: metrics.attempt,
    sweepMs: config.sweepMs,
    leaseMarginMs: config.leaseMs,
  })
}

/** Deletes deliveries that ended long ago; never one that is unresolved. */
export function endedDeliveriesJob(config: Config, database: Database): Job {
  const { deleteEnded } = openDeliveryStore(database, DELIVERY_RULES)
  return {
    name: 'ended-deliveries',
    everyMs: DELETE_EVERY_MS,
    run: async () => {
      let deleted = DELETED_MAX
      while (deleted === DELETED_MAX)
        deleted = await deleteEnded(config.deliveryKeepDays * DAY_MS, DELETED_MAX)
    },
  }
}

export interface OutboxDoor {
  /** The store, ringing after each effect. */
  readonly rungBy: (store: Store) => Store
  /** Rings for a destination that has something due. */
  readonly due: (destination: string) => void
  /** Whether this doorbell is the outbox's; then it is answered. */
  readonly takes: (lane: LaneKey) => boolean
  readonly attach: (outbox: Outbox) => void
}

/** Rings the outbox of this process where there is one, else that of a worker. Lost rings are found by its sweep. */
export function openOutboxDoor(config: Config, ring: (lane: LaneKey) => void): OutboxDoor {
  let outbox: Outbox | undefined
  const toOutbox = (lane: LaneKey): void => {
    if (outbox === undefined) ring(lane)
    else takes(lane)
  }
  function takes(lane: LaneKey): boolean {
    const job = jobOf(lane)
    if (job.name === 'work-lane') return false
    outbox?.take(job)
    return true
  }
  return {
    rungBy: (store) =>
      config.destinationsFile === undefined
        ? store
        : {
            ...store,
            commit: async (claim, effect) => {
              await store.commit(claim, effect)
              toOutbox(FAN_OUT_LANE)
            },
            commitGroup: async (effects) => {
              const due = await store.commitGroup(effects)
              toOutbox(FAN_OUT_LANE)
              return due
            },
          },
    due: (destination) => toOutbox(deliveryLane(destination)),
    takes,
    attach: (opened) => {
      outbox = opened
    },
  }
}
