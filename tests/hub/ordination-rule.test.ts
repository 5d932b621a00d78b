import assert from 'node:assert/strict'
import type { CareTeam, MedicationStatement } from 'fhir/r4.js'
import { codeSystemUrl, HER, HPR, senderSidUrl } from '../../src/core/canonical.js'
import {
  isPassedOn,
  type OrdinationCase,
  type OrdinationReason,
  ordinationReason,
} from '../../src/hub/ordination-rule.js'

const AT = '2026-11-10T10:00:00.000Z'
const PHARMACY = { her: '8900003', licence: '9901', serves: 'own' } as const

const participant = (
  role: 'multidose-doctor' | 'multidose-pharmacy',
  system: string,
  value: string,
  period?: { readonly start?: string; readonly end?: string },
): NonNullable<CareTeam['participant']>[number] => ({
  role: [{ coding: [{ system: codeSystemUrl('care-team-role'), code: role }] }],
  member: { identifier: { system, value } },
  ...(period === undefined ? {} : { period }),
})
const doctor = participant('multidose-doctor', HPR, '9900017')
const licensed = participant('multidose-pharmacy', senderSidUrl('80624', '9051-AKO'), '9901')
const team = (...members: NonNullable<CareTeam['participant']>): CareTeam => ({
  resourceType: 'CareTeam',
  subject: { reference: 'Patient/1' },
  participant: members,
})
const line = (more: Partial<MedicationStatement> = {}): MedicationStatement => ({
  resourceType: 'MedicationStatement',
  id: 'line-1',
  status: 'active',
  subject: { reference: 'Patient/1' },
  medicationCodeableConcept: { text: 'Metoprolol' },
  dosage: [{ text: '1 tablett', doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablett' } }] }],
  ...more,
})

const REGISTERED = team(doctor, licensed)
const changed = (
  change: Partial<MedicationStatement>,
  more: Partial<OrdinationCase> = {},
): OrdinationCase => ({
  receiver: PHARMACY,
  before: { lines: [line()], team: REGISTERED },
  after: { lines: [line(change)], team: REGISTERED },
  causedBy: '8900001',
  answered: false,
  at: AT,
  ...more,
})
const state = (members: CareTeam | undefined, lines = [line()]) => ({ lines, team: members })
const dose = (value: number) => [
  { text: '1 tablett', doseAndRate: [{ doseQuantity: { value, unit: 'tablett' } }] },
]

const CASES: readonly [title: string, one: OrdinationCase, reason: OrdinationReason | undefined][] = [
  ['another dose', changed({ dosage: dose(2) }), 'list-changed'],
  ['another product', changed({ medicationCodeableConcept: { text: 'Atenolol' } }), 'list-changed'],
  ['a stop', changed({ status: 'stopped' }), 'list-changed'],
  ['a pause', changed({ status: 'on-hold' }), 'list-changed'],
  ['an end that lies ahead', changed({ effectivePeriod: { end: '2026-12-01' } }), 'list-changed'],
  [
    'a renewal of the prescription',
    changed({
      identifier: [{ type: { text: 'ReseptId' }, system: 'urn:ietf:rfc:3986', value: 'urn:uuid:2' }],
    }),
    'list-changed',
  ],
  ['another reason', changed({ reasonCode: [{ text: 'Hjertebank' }] }), 'list-changed'],
  [
    'a line more',
    { ...changed({}), after: state(REGISTERED, [line(), line({ id: 'line-2' })]) },
    'list-changed',
  ],
  [
    'a stopped line that leaves the list',
    {
      ...changed({}),
      before: state(REGISTERED, [line(), line({ id: 'line-2', status: 'stopped' })]),
      after: state(REGISTERED),
    },
    undefined,
  ],
  [
    'a stopped line that is taken up again',
    { ...changed({}), before: state(REGISTERED, [line({ status: 'stopped' })]), after: state(REGISTERED) },
    'list-changed',
  ],
  ['a line less', { ...changed({}), after: state(REGISTERED, []) }, 'list-changed'],
  ['words that are all the dosing', changed({ dosage: [{ text: 'Som avtalt' }] }), 'list-changed'],
  [
    'other words beside the same structure',
    changed({ dosage: dose(1).map((one) => ({ ...one, text: 'én tablett' })) }),
    undefined,
  ],
  ['nothing of the treatment', changed({ informationSource: { display: 'x' } }), undefined],
  [
    'a line that nobody decided',
    { ...changed({}), after: state(REGISTERED, [line(), line({ id: 'line-2', status: 'unknown' })]) },
    undefined,
  ],
  [
    'another order of the lines',
    {
      ...changed({}),
      before: state(REGISTERED, [line(), line({ id: 'line-2' })]),
      after: state(REGISTERED, [line({ id: 'line-2' }), line()]),
    },
    undefined,
  ],
  ['what the receiver sent itself', changed({ status: 'stopped' }, { causedBy: PHARMACY.her }), undefined],
  [
    'a change of a list without e-multidose',
    changed(
      { status: 'stopped' },
      {
        before: state(undefined),
        after: state(undefined, []),
      },
    ),
    undefined,
  ],
  [
    'a change with a pharmacy alone (paper multidose)',
    changed(
      {},
      {
        before: state(team(licensed)),
        after: state(team(licensed), []),
      },
    ),
    undefined,
  ],
  [
    'a change at another pharmacy',
    changed(
      { status: 'stopped' },
      {
        receiver: { her: '8900004', licence: '9902', serves: 'own' },
      },
    ),
    undefined,
  ],
  [
    'a change at another pharmacy, to the broker',
    changed(
      { status: 'stopped' },
      {
        receiver: { her: '80624', serves: 'all' },
      },
    ),
    'list-changed',
  ],
  [
    'a pharmacy known by its HER-id',
    changed(
      { status: 'stopped' },
      {
        before: state(team(doctor, participant('multidose-pharmacy', HER, PHARMACY.her))),
        after: state(team(doctor, participant('multidose-pharmacy', HER, PHARMACY.her)), []),
        receiver: { her: PHARMACY.her, serves: 'own' },
      },
    ),
    'list-changed',
  ],
  ['the registration of the pharmacy', { ...changed({}), before: state(team(doctor)) }, 'newly-registered'],
  [
    'its registration by itself',
    {
      ...changed({}),
      before: state(team(doctor)),
      causedBy: PHARMACY.her,
    },
    'newly-registered',
  ],
  ['the first list of a registered person', { ...changed({}), before: undefined }, 'newly-registered'],
  [
    'a pharmacy whose time is over',
    changed(
      { status: 'stopped' },
      {
        before: state(
          team(doctor, participant('multidose-pharmacy', HER, PHARMACY.her, { end: '2026-11-01' })),
        ),
        after: state(
          team(doctor, participant('multidose-pharmacy', HER, PHARMACY.her, { end: '2026-11-01' })),
          [],
        ),
      },
    ),
    undefined,
  ],
  [
    'a doctor whose time has not come',
    changed(
      { status: 'stopped' },
      {
        before: state(team(participant('multidose-doctor', HPR, '9', { start: '2026-12-01' }), licensed)),
        after: state(team(participant('multidose-doctor', HPR, '9', { start: '2026-12-01' }), licensed), []),
      },
    ),
    undefined,
  ],
  [
    'the registration while nothing is decided',
    { ...changed({}), before: state(team(doctor)), after: state(REGISTERED, [line({ status: 'unknown' })]) },
    undefined,
  ],
  ['an answer to its question', { ...changed({}), answered: true }, 'question-answered'],
  [
    'an answer to its question after its time',
    { ...changed({}, { before: state(team(doctor)), after: state(team(doctor)) }), answered: true },
    undefined,
  ],
]

describe('whether a pharmacy gets an ordination', () => {
  for (const [title, one, reason] of CASES)
    it(`${reason ?? 'nothing is sent'} for ${title}`, () => assert.equal(ordinationReason(one), reason))
})

describe('whether a received message is passed on to a pharmacy', () => {
  const served = { receiver: PHARMACY, at: AT, after: state(REGISTERED) }
  const CASES_OF_PASSING: readonly [
    title: string,
    passed: boolean,
    kind: string,
    sender: string,
    of: typeof served,
  ][] = [
    ['a prescription', true, 'M1', '8900001', served],
    ['a recall', true, 'M5', '8900001', served],
    ['a list', false, 'M25.1', '8900001', served],
    ['a dispense report', false, 'M10', '8900001', served],
    ['what it sent itself', false, 'M1', PHARMACY.her, served],
    [
      'a prescription of a person of another pharmacy',
      false,
      'M1',
      '8900001',
      { ...served, after: state(team(doctor)) as typeof served.after },
    ],
  ]
  for (const [title, passed, kind, sender, of] of CASES_OF_PASSING)
    it(`${passed ? 'passes on' : 'keeps'} ${title}`, () => assert.equal(isPassedOn(kind, sender, of), passed))
})
