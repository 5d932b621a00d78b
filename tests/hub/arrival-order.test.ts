import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { DetectedIssue, MedicationStatement } from 'fhir/r4.js'
import { applyAll, type RawMessage, type Told } from '../support/apply-all.js'
import { doseDispensed, doseNotDispensed, doseTaken } from '../support/device-fixtures.js'
import { m1, m5, m10, m251 } from '../support/kith-fixtures.js'
import { inger } from '../support/kith-people.js'
import { ibuprofen, metoprolol, onceDaily } from '../support/kith-prescribed.js'

const NOW = Date.parse('2026-02-10T12:00:00+01:00')
const RUNS = process.env.STAFETT_TEST_DEEP ? 1_000 : 15
const RX1 = 'c1b2c3d4-0000-4000-8000-000000000001'
const RX2 = 'c1b2c3d4-0000-4000-8000-000000000002'
const RX3 = 'c1b2c3d4-0000-4000-8000-000000000003'
const E1 = 'c1b2c3d4-0000-4000-8000-00000000e001'
const E2 = 'c1b2c3d4-0000-4000-8000-00000000e002'

const eresept = (text: string): RawMessage => ({ channel: 'eresept', text })
const device = (event: object): RawMessage => ({ channel: 'devices', text: JSON.stringify(event) })

const hospital = (order: string, at: string, name: string, control = 'NW'): RawMessage => ({
  channel: 'hl7v2',
  text: [
    `MSH|^~\\&|DIPS|SYKEHUS|HUB|HUB|${at}||RDE^O11^RDE_O11|msg-${order}-${control}|P|2.5.1`,
    `PID|1||${inger.id}^^^&2.16.578.1.12.4.1.4.1&ISO^NNNOR||Prøve^Inger||19430517|F`,
    `ORC|${control}|${order}^DIPS|||||||${at}|||9900025^Vakthavende^Jonas`,
    `RXE|^^^${at}|C07AB02^${name}^ATC|1||{tablett}^tablett^UCUM`,
    `TQ1|1||QAM||||${at}`,
    'RXR|PO^Oral^HL70162',
    '',
  ].join('\r'),
})

/** One month of one patient: prescriptions, renewal, dispense, list with a stop, hospital, dispenser. */
const STORY: readonly RawMessage[] = [
  eresept(
    m1({
      msgId: RX1,
      genDate: '2026-01-05T09:00:00+01:00',
      prescribed: '2026-01-05',
      expires: '2026-12-31',
      medicine: onceDaily(metoprolol, '1', '2026-01-05'),
    }),
  ),
  eresept(
    m1({
      msgId: RX2,
      genDate: '2026-01-05T09:02:00+01:00',
      prescribed: '2026-01-05',
      expires: '2026-12-31',
      medicine: onceDaily(ibuprofen, '2', '2026-01-05'),
    }),
  ),
  eresept(
    m251({
      msgId: 'c1b2c3d4-0000-4000-8000-000000000251',
      genDate: '2026-01-06T10:00:00+01:00',
      entries: [
        {
          id: E1,
          prescriptionId: RX1,
          changed: '2026-01-06T10:00:00',
          medicine: onceDaily(metoprolol, '1', '2026-01-05'),
        },
        {
          id: E2,
          prescriptionId: RX2,
          changed: '2026-01-06T10:00:00',
          medicine: onceDaily(ibuprofen, '2', '2026-01-05'),
        },
      ],
    }),
  ),
  eresept(
    m10({
      msgId: 'c1b2c3d4-0000-4000-8000-000000000010',
      genDate: '2026-01-07T14:00:00+01:00',
      prescriptionId: RX1,
      date: '2026-01-07',
      medicine: onceDaily(metoprolol, '1', '2026-01-05'),
    }),
  ),
  hospital('h-1', '20260120130000+0100', 'Metoprolol depottablett 100 mg'),
  hospital('h-1', '20260122080000+0100', 'Metoprolol depottablett 100 mg', 'DC'),
  eresept(
    m1({
      msgId: RX3,
      genDate: '2026-01-25T09:00:00+01:00',
      prescribed: '2026-01-25',
      expires: '2027-01-25',
      medicine: onceDaily(metoprolol, '1', '2026-01-05'),
    }),
  ),
  eresept(
    m5({
      msgId: 'c1b2c3d4-0000-4000-8000-000000000005',
      genDate: '2026-01-25T09:00:00.068+01:00',
      prescriptionId: RX1,
      reason: '1',
      newPrescriptionId: RX3,
    }),
  ),
  eresept(
    m5({
      msgId: 'c1b2c3d4-0000-4000-8000-000000000006',
      genDate: '2026-02-01T08:00:00+01:00',
      prescriptionId: RX2,
      reason: '2',
    }),
  ),
  eresept(
    m251({
      msgId: 'c1b2c3d4-0000-4000-8000-000000000252',
      genDate: '2026-02-01T08:00:10+01:00',
      entries: [
        {
          id: E1,
          prescriptionId: RX3,
          changed: '2026-01-25T09:00:00',
          medicine: onceDaily(metoprolol, '1', '2026-01-05'),
        },
        {
          id: E2,
          prescriptionId: RX2,
          changed: '2026-02-01T08:00:00',
          medicine: onceDaily(ibuprofen, '2', '2026-01-05'),
          stop: { at: '2026-02-01T08:00:00', reason: 'A' },
        },
      ],
    }),
  ),
  device(doseDispensed({ eventId: 'ev-dispensed-1' })),
  device(doseNotDispensed({ eventId: 'ev-not-1' })),
  device(
    doseTaken({
      eventId: 'ev-taken-1',
      occurredAt: '2026-02-03T10:40:00+01:00',
      dose: {
        items: [
          {
            medication: {
              text: 'Prøvufen',
              coding: [{ system: 'http://www.whocc.no/atc', code: 'M01AE01' }],
            },
            quantity: 2,
            unit: 'tablett',
            requestRef: `urn:uuid:${RX2}`,
          },
        ],
      },
    }),
  ),
]

describe('arrival order', () => {
  it('does not matter: the same messages give the same list and discrepancies', async function () {
    this.timeout(process.env.STAFETT_TEST_DEEP ? 1_200_000 : 120_000)
    const inOrder = summary(await applyAll(STORY, NOW))
    assert.ok(inOrder.lines.length >= 1, 'the story has lines')
    assert.ok(
      inOrder.issues.some((issue) => issue.includes('taken-after-stop')),
      inOrder.issues.join('\n'),
    )
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...STORY.keys()], { minLength: STORY.length }), async (order) => {
        const shuffled = order.map((index) => STORY[index]!)
        assert.deepEqual(summary(await applyAll(shuffled, NOW)), inOrder)
      }),
      { numRuns: RUNS, seed: 20260210 },
    )
  })

  it('does not matter for the facts either: prescriptions end as they should, whatever came first', async function () {
    this.timeout(60_000)
    const backwards = await applyAll(STORY.toReversed(), NOW)
    const forwards = await applyAll(STORY, NOW)
    assert.deepEqual(factsOf(backwards), factsOf(forwards))
    const statuses = forwards.facts
      .flatMap((fact) => (fact.resourceType === 'MedicationRequest' ? [fact.status] : []))
      .sort()
    assert.deepEqual(statuses, ['active', 'cancelled', 'cancelled', 'stopped'])
  })

  it('twice the same message changes nothing', async () => {
    const once = await applyAll(STORY, NOW)
    const twice = await applyAll(
      STORY.flatMap((message) => [message, message]),
      NOW,
    )
    assert.deepEqual(summary(twice), summary(once))
  })
})

interface Summary {
  readonly lines: readonly string[]
  readonly issues: readonly string[]
}

/**
 * What the list says, without ids, versions and times of arrival. A line that ended is shown on one version only, the
 * one that learns of it, and so is no part of what orders must agree on.
 */
function summary(told: Told): Summary {
  const open = told.lines.filter(({ status }) => status !== 'stopped' && status !== 'completed')
  return { lines: open.map(lineText).sort(), issues: told.issues.map(issueText).sort() }
}

const lineText = (line: MedicationStatement): string =>
  JSON.stringify({
    status: line.status,
    reason: line.statusReason,
    period: line.effectivePeriod,
    dosage: line.dosage,
    category: line.category,
    identifiers: line.identifier
      ?.slice(1)
      .map(({ system, value }) => `${system}|${value}`)
      .sort(),
    facts: line.derivedFrom?.length,
    code: line.contained?.[0] ?? line.medicationCodeableConcept,
  })

const issueText = (issue: DetectedIssue): string =>
  `${issue.code?.coding?.[0]?.code} ${issue.severity} ${issue.detail}`

function factsOf(told: Told): readonly string[] {
  return told.facts
    .filter((fact) =>
      [
        'MedicationRequest',
        'MedicationStatement',
        'MedicationDispense',
        'MedicationAdministration',
        'List',
      ].includes(fact.resourceType),
    )
    .map((fact) => {
      const { id: _id, meta: _meta, ...rest } = fact
      // Ids are given in order of arrival.
      return JSON.stringify(sortKeys(rest)).replaceAll(
        /"reference":"[A-Za-z]+\/[0-9a-f-]{36}"/g,
        '"reference":"…"',
      )
    })
    .sort()
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  )
}
