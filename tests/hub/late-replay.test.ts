import assert from 'node:assert/strict'
import type { FhirResource } from 'fhir/r4.js'
import { HubError } from '../../src/core/errors.js'
import { personOfLane } from '../../src/core/ids.js'
import type { Channel } from '../../src/core/message.js'
import { assignDevice } from '../support/assigned-device.js'
import { describeStores, someBackends } from '../support/backends.js'
import { doseNotDispensed, doseTaken } from '../support/device-fixtures.js'
import { orderMessage } from '../support/hl7-orders.js'
import { m1, m5, m251 } from '../support/kith-fixtures.js'
import { inger } from '../support/kith-people.js'
import { metoprolol, onceDaily } from '../support/kith-prescribed.js'
import { testValidation } from '../support/validation.js'
import { openWorker, type Worker } from '../support/worker.js'

interface Told {
  readonly channel: Channel
  readonly text: string
}

const RX = 'c1b2c3d4-0000-4000-8000-000000000001'
const ENTRY = 'c1b2c3d4-0000-4000-8000-00000000e001'
const eresept = (text: string): Told => ({ channel: 'eresept', text })
const device = (event: object): Told => ({ channel: 'devices', text: JSON.stringify(event) })
const order = (sentAt: string, control: string, doseTablets: string, id: string): Told => ({
  channel: 'hl7v2',
  text: orderMessage({ patient: 1, order: 1, sentAt, control, doseTablets }).replace('|P1-O1|', `|${id}|`),
})
const list = (genDate: string, msgId: string, dose: string, stop?: { at: string; reason: string }): Told =>
  eresept(
    m251({
      msgId,
      genDate,
      entries: [
        {
          id: ENTRY,
          prescriptionId: RX,
          changed: genDate.slice(0, 19),
          medicine: onceDaily(metoprolol, dose, '2026-01-05'),
          ...(stop === undefined ? {} : { stop }),
        },
      ],
    }),
  )

/** Of each story the first message dies, the others are applied, and then the first is run again. */
const STORIES: readonly (readonly [title: string, messages: readonly Told[]])[] = [
  [
    'an HL7 v2 order does not undo the change of the order',
    [order('20261101080000+0100', 'NW', '1', 'm-1'), order('20261103080000+0100', 'XO', '2', 'm-2')],
  ],
  [
    'a changed HL7 v2 order does not undo its discontinuation',
    [
      order('20261102080000+0100', 'XO', '2', 'm-2'),
      order('20261101080000+0100', 'NW', '1', 'm-1'),
      order('20261104080000+0100', 'DC', '2', 'm-3'),
    ],
  ],
  [
    'a prescription does not undo its recall',
    [
      eresept(
        m1({
          msgId: RX,
          genDate: '2026-01-05T09:00:00+01:00',
          prescribed: '2026-01-05',
          expires: '2026-12-31',
          medicine: onceDaily(metoprolol, '1', '2026-01-05'),
        }),
      ),
      eresept(
        m5({
          msgId: 'c1b2c3d4-0000-4000-8000-000000000005',
          genDate: '2026-01-25T09:00:00+01:00',
          prescriptionId: RX,
          reason: '2',
        }),
      ),
    ],
  ],
  [
    'an older list of medicines in use does not undo a newer one with a stop',
    [
      list('2026-01-06T10:00:00+01:00', 'c1b2c3d4-0000-4000-8000-000000000251', '1'),
      list('2026-02-01T08:00:00+01:00', 'c1b2c3d4-0000-4000-8000-000000000252', '1', {
        at: '2026-02-01T08:00:00',
        reason: 'A',
      }),
    ],
  ],
  [
    'a dose not handed out does not undo that it was taken late',
    [
      device(doseNotDispensed({ eventId: 'event-not-1' })),
      device(doseTaken({ eventId: 'event-taken-1', occurredAt: '2026-02-03T10:40:00+01:00' })),
    ],
  ],
]

describeStores('a late replay', await someBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })

  for (const [title, messages] of STORIES)
    it(`never overwrites what is newer: ${title}`, async () => {
      const worker = await openWorker(current().store)
      const inOrder = await tell(worker, messages.toSorted(byTime(messages)), undefined)
      await emptied()
      const late = await tell(await openWorker(current().store), messages, messages[0])
      assert.deepEqual(late, inOrder)
      assert.ok(late.length > 0)
    })

  /** The stories are given with the message first that dies; in order of their own times it may stand elsewhere. */
  const byTime = (messages: readonly Told[]) => (a: Told, b: Told) =>
    sentAt(a, messages) - sentAt(b, messages)
  const sentAt = ({ text }: Told, messages: readonly Told[]): number =>
    Number(/ORC\|.*?\|(\d{14})\+/.exec(text)?.[1] ?? messages.findIndex((message) => message.text === text))

  const emptied = async () => {
    const { db } = current()
    const { rows } = await db.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public'
         and table_type = 'BASE TABLE' and table_name not in ('meta', 'migration')`,
    )
    for (const { name } of rows) await db.query(`delete from ${name}`)
  }

  /**
   * Facts, open lines and open discrepancies of the person at the end, without ids and times of arrival. Of a line that
   * ended only the version that learns of it tells, and so orders need not agree on it (arrival-order.test.ts).
   */
  async function tell(worker: Worker, messages: readonly Told[], dies: Told | undefined): Promise<string[]> {
    const { store } = current()
    if (messages.some(({ channel }) => channel === 'devices')) await assignDevice(worker.deps, inger.id)
    let dead: Awaited<ReturnType<Worker['receive']>> | undefined
    for (const message of messages) {
      worker.fault = message === dies ? () => new HubError('MESSAGE_INVALID', 'x') : undefined
      const accepted = await worker.receive(message.channel, message.text)
      if (message === dies) dead = accepted
      await worker.work()
    }
    worker.fault = undefined
    if (dead !== undefined) {
      assert.equal((await store.message(dead.id))?.state, 'dead')
      await store.replay(dead.id, 'kari')
      await worker.work()
      assert.match((await store.message(dead.id))?.state ?? '', /^(done|superseded)$/)
    }
    const { rows } = await current().db.query<{ person_id: string }>(
      `select distinct person_id from resource where type = 'Patient'`,
    )
    const person = personOfLane(`p-${rows[0]?.person_id}` as never)
    assert.ok(person && rows.length === 1)
    const { resources } = await store.loadPerson(person)
    return [...resources.values()]
      .filter(({ type, layer, resource }) => layer === 'fact' || (type !== 'List' && isOpen(resource)))
      .map(({ resource }) => plain(resource))
      .sort()
  }
})

const isOpen = (resource: FhirResource): boolean =>
  (resource.resourceType === 'MedicationStatement' && /^(active|intended|on-hold)$/.test(resource.status)) ||
  (resource.resourceType === 'DetectedIssue' && resource.status === 'preliminary')

/** Without ids, versions and times of arrival. */
function plain(resource: FhirResource): string {
  const { id: _id, meta: _meta, ...rest } = resource as FhirResource & { dateAsserted?: string }
  return JSON.stringify(sorted({ ...rest, dateAsserted: undefined, note: undefined }))
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\/_history\/\d+)?/g, '…')
    .replaceAll(/"identifiedDateTime":"[^"]*"/g, '')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  )
}
