/** The outbox of a worker in a process of its own, so that tests can kill and stop it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseDestinationFile } from '../../adapters/destinations/destination-file.js'
import { fhirList } from '../../adapters/destinations/fhir-list.js'
import { HTTP_LIMITS } from '../../adapters/transport/http.js'
import { startOutbox } from '../../queue/outbox.js'
import { openPostgres } from '../../src/store/database.js'
import { NO_ORDINATIONS } from './destination-io.js'
import { FAULT_AT_START, FAULT_REPORT_FD, type Fault } from './fault.js'
import { outboxOf, QUICK_RULES } from './outbox.js'

const SEND_MS = 1_000
const LEASE_MARGIN_MS = 200
const OWN_PATH = fileURLToPath(import.meta.url)

export interface OutboxProcess {
  /** Resolves when it has stopped itself (fault `hang`) or ended. */
  readonly faulted: Promise<void>
  readonly signal: (name: NodeJS.Signals) => void
  readonly kill: () => Promise<void>
}

export function startOutboxProcess(databaseUrl: string, receiverUrl: string, fault?: Fault): OutboxProcess {
  const child = spawn(
    process.execPath,
    ['--import', join(OWN_PATH, '..', 'arm-failpoints.js'), OWN_PATH, databaseUrl, receiverUrl],
    {
      env: { ...process.env, ...(fault === undefined ? {} : { [FAULT_AT_START]: JSON.stringify(fault) }) },
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    },
  )
  const killNow = () => void child.kill('SIGKILL')
  process.once('exit', killNow)
  const ended = once(child, 'exit').then(() => void process.off('exit', killNow))
  return {
    faulted: Promise.race([ended, reported(child)]),
    signal: (name) => void child.kill(name),
    kill: async () => {
      killNow()
      await ended
    },
  }
}

async function reported(child: ChildProcess): Promise<void> {
  const report = child.stdio[FAULT_REPORT_FD]
  if (report !== null && report !== undefined) await once(report, 'data')
}

async function runOutbox(databaseUrl: string, receiverUrl: string): Promise<void> {
  const entry = { id: 'journal', kind: 'fhir-list', url: receiverUrl }
  const file = parseDestinationFile(JSON.stringify({ destinations: [entry] }), {}, [fhirList])
  await startOutbox({
    store: outboxOf(openPostgres(databaseUrl, { max: 4 }), QUICK_RULES),
    destinations: file.open({
      ...NO_ORDINATIONS,
      listVersion: async (person, version) => JSON.stringify({ person, version }),
      limits: { ...HTTP_LIMITS, wholeMs: SEND_MS },
      clock: Date.now,
    }),
    rules: QUICK_RULES,
    owner: randomUUID(),
    newId: randomUUID,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    random: Math.random,
    count: () => undefined,
    sweepMs: 50,
    gatherMs: 0,
    leaseMarginMs: LEASE_MARGIN_MS,
  })
}

const [, path, databaseUrl, receiverUrl] = process.argv
if (path === OWN_PATH && databaseUrl !== undefined && receiverUrl !== undefined)
  await runOutbox(databaseUrl, receiverUrl)
