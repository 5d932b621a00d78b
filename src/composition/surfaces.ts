/** What the HTTP and MLLP surfaces get handed in. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type MllpServer, startMllpServer } from '../../adapters/transport/mllp.js'
import { mayEvict } from '../../queue/redis-report.js'
import type { OpsDeps } from '../api/app.js'
import type { ApiDeps, Health } from '../api/deps.js'
import { drawCard } from '../card/medication-card.js'
import type { Config } from '../config.js'
import { HubError } from '../core/errors.js'
import type { PersonId } from '../core/ids.js'
import { openListCache } from '../hub/list-cache.js'
import { performOperation } from '../hub/perform-operation.js'
import { previewReplay } from '../hub/preview-replay.js'
import { readListAsOf } from '../hub/read-as-of.js'
import { readCard, readSummary } from '../hub/read-documents.js'
import { readMedicationList } from '../hub/read-list.js'
import { readListDiff } from '../hub/read-list-diff.js'
import { readRollChain } from '../hub/read-roll-chain.js'
import { readSfmDocument } from '../hub/read-sfm-document.js'
import { readToday } from '../hub/read-today.js'
import { readView } from '../hub/read-view.js'
import { replayMessage } from '../hub/replay-message.js'
import { writeResource } from '../hub/write-resource.js'
import { openDefinitions } from '../validation/definitions.js'
import { loadInto } from './catalogue.js'
import { sha256 } from './hub-deps.js'
import type { Parts } from './parts.js'
import { packageVersion } from './process-name.js'
import { traceIntake } from './traced.js'

/** Characters of Bundles held for those who read the same lists again. */
const CACHED_LIST_CHARS_MAX = 20_000_000

export function apiDeps(config: Config, parts: Parts): ApiDeps {
  const { clock, deps, dispatcher, intake, store } = parts
  const list = {
    store,
    workLane: parts.workLane,
    clock,
    log: parts.log,
    config: deps.derive.config,
    hash: (text: string) => sha256(Buffer.from(text)),
    publicUrl: config.publicUrl,
    cache: openListCache(CACHED_LIST_CHARS_MAX),
  }
  const newest = (person: PersonId) => readMedicationList(list, person, [])
  const past = { ...list, derive: deps.derive, wait: deps.wait }
  const view = { hash: list.hash, language: config.language, zone: config.zone }
  const engine = {
    get products() {
      return deps.derive.products
    },
    config: deps.derive.config,
    clock,
  }
  const documents = {
    ...view,
    store,
    medicationList: newest,
    clock,
    newId: randomUUID,
    publicUrl: config.publicUrl,
    drawCard,
  }
  return {
    ...opsDeps(config, parts),
    store,
    writeResource: async (request) => {
      checkDisk(parts)
      const { method, type } = request
      return parts.tracing.trace('fhir write', { attributes: { method, type } }, () =>
        writeResource(deps, request),
      )
    },
    performOperation: async (request) => {
      checkDisk(parts)
      const { operation, type } = request
      return parts.tracing.trace('fhir operation', { attributes: { operation, type } }, () =>
        performOperation(deps, request),
      )
    },
    sfmDocument: (person) =>
      readSfmDocument(
        {
          store,
          medicationList: newest,
          clock,
          newId: randomUUID,
          zone: config.zone,
        },
        person,
      ),
    medicationList: (person, { ifNoneMatch = [], at, knownAt, ...request }) => {
      const read = (known: readonly string[]) =>
        at === undefined && knownAt === undefined
          ? readMedicationList(list, person, known)
          : readListAsOf(past, person, { at, knownAt }, known)
      const today = () => readToday({ ...engine, store }, person)
      return readView({ ...view, today }, request, read, ifNoneMatch)
    },
    medicationListDiff: (person, asked) => readListDiff(past, person, asked),
    summary: (person, language) => readSummary(documents, person, language ?? config.language),
    rollChain: (person, query, language) =>
      readRollChain({ ...engine, store }, person, query, language ?? config.language),
    medicationCard: (person, language) => readCard(documents, person, language ?? config.language),
    deliveries: parts.deliveries,
    ringDestination: parts.ringDestination,
    replayMessage: (id, who) => replayMessage(store, dispatcher.ring, id, who),
    previewReplay: (id) => previewReplay(deps, id),
    intake: { receive: traceIntake(parts.tracing, intake).request },
    catalogue: {
      current: store.catalogue.current,
      load: (chunks, force) => loadInto(store.catalogue, parts.catalogue, chunks, force),
    },
    backup: parts.backup,
    definitions: openDefinitions(),
    callerOf: () => ({ clientId: 'anonymous' }),
    clock,
    pageKey:
      config.pageKey === undefined ? randomBytes(32) : createHash('sha256').update(config.pageKey).digest(),
    version: packageVersion(),
    zone: config.zone,
  }
}

function checkDisk({ pressure }: Parts): void {
  if (pressure.disk() === 'hard')
    throw new HubError('STORE_FULL', 'the disk is full: nothing is written for now')
}

export const opsDeps = (config: Config, parts: Parts): OpsDeps => ({
  health: () => healthOf(parts),
  metrics: parts.metricsText,
  newId: randomUUID,
  log: parts.log,
  publicUrl: config.publicUrl,
})

async function healthOf({ dispatcher, durability, isDraining, pressure, store }: Parts): Promise<Health> {
  const away = await store.ping().then(
    () => isDraining() && ['stopping'],
    () => ['database'],
  )
  const mode = dispatcher.mode()
  const redis = dispatcher.redis?.()
  const weak = [
    ...(mode === 'sweep-only' ? ['redis'] : []),
    ...(redis !== undefined && mayEvict(redis) ? ['redis-evicts'] : []),
    ...(pressure.disk() === 'none' ? [] : ['disk']),
    ...(durability.unsafe.length > 0 ? ['durability-settings'] : []),
  ]
  const status = away ? 'unavailable' : weak.length > 0 ? 'degraded' : 'ready'
  return {
    status,
    durability: durability.level,
    dispatcher: mode,
    reasons: [...(away || []), ...weak],
    ...(redis === undefined ? {} : { redis }),
  }
}

export async function openMllp(
  config: Config,
  { intake, log, pressure, tracing }: Parts,
): Promise<MllpServer | undefined> {
  if (!config.roles.has('mllp') || config.mllpPort === 0) return undefined
  const handle = traceIntake(tracing, intake).frame
  const held = () => pressure.level() !== 'none'
  return startMllpServer({ host: config.host, port: config.mllpPort, log, handle, held })
}
