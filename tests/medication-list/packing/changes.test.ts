import assert from 'node:assert/strict'
import type { DetectedIssue, Task } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { numbersOf } from '../../../src/medication-list/discrepancies/explanation.js'
import { packingOf } from '../../../src/medication-list/packing/changes.js'
import { packed } from '../../support/chain-facts.js'
import {
  derive,
  fact,
  fixed,
  issueOf,
  PATIENT,
  prescription,
  situation,
  stay,
  WARD,
} from '../../support/clinical-facts.js'
import { doctorRegistered, iso, packedRow, wardRow, workedCalendar } from '../../support/packing-calendar.js'

const BASE = [workedCalendar(), doctorRegistered()]
const TWICE = [fixed(1, { when: ['MORN', 'EVE'] })]
const stop = (at: string, brand?: string): Fact =>
  wardRow('stop', 'r', at, {
    status: 'stopped',
    period: { start: '2025-10-01', end: iso(at) },
    ...(brand === undefined ? {} : { brand }),
  })
const changes = (at: string, ...facts: Fact[]) =>
  packingOf(situation([...BASE, ...facts], { at: iso(at) })).changes.map(({ kind, outcome, confirmed }) => [
    kind,
    outcome.kind,
    confirmed,
  ])
const openIssue = (code: string, at: string, ...facts: Fact[]): DetectedIssue | undefined =>
  issueOf(derive([...BASE, ...facts], { at: iso(at) }), code)
const measure = (code: string, more: Partial<Task>, line: string, received: string): Fact =>
  fact(
    {
      resourceType: 'Task',
      status: 'requested',
      intent: 'order',
      code: { coding: [{ system: codeSystemUrl('medlist-task'), code }] },
      focus: { reference: `MedicationStatement/${line}` },
      for: { reference: PATIENT },
      basedOn: [{ reference: 'MedicationStatement/stop' }],
      executionPeriod: { start: iso(received) },
      ...more,
    },
    `task-${code}`,
    'client',
    iso(received),
  )
const lineOf = (...facts: Fact[]): string =>
  derive([...BASE, ...facts], { at: iso('5 Mar 11:00') }).lines[0]?.id ?? ''
const ordination = (stated: string, received?: string): Fact =>
  fact(
    {
      resourceType: 'Communication',
      status: received === undefined ? 'in-progress' : 'completed',
      category: [{ coding: [{ system: codeSystemUrl('communication-kind'), code: 'ordination' }] }],
      extension: [{ url: extensionUrl('stated-at'), valueDateTime: iso(stated) }],
      subject: { reference: PATIENT },
      ...(received === undefined ? {} : { received: iso(received) }),
    },
    `ordination-${stated.replaceAll(/\W/g, '')}`,
    'client',
  )

describe('changes to packed lines', () => {
  it('are found by what they do to the doses', () => {
    const use = (dosage: ReturnType<typeof fixed>[]) =>
      changes('5 Mar 11:00', packedRow('r'), wardRow('w', 'r', '5 Mar 10:00', { dosage }))[0]?.[0]
    assert.equal(use(TWICE), 'increase')
    assert.equal(use([fixed(0.5, { when: ['MORN'] })]), 'decrease')
    assert.equal(use([fixed(1, { when: ['EVE'] })]), 'slot-move')
    assert.equal(use([fixed(2, { when: ['MORN'], period: 2, periodUnit: 'd' })]), 'unknown-dose')
    assert.equal(use([fixed(1, { timeOfDay: ['08:30:00'] })]), 'none')
    assert.equal(changes('5 Mar 11:00', packedRow('r'), stop('5 Mar 10:00'))[0]?.[0], 'stop')
    assert.equal(
      changes(
        '5 Mar 11:00',
        packedRow('new', { asserted: iso('5 Mar 10:00'), period: { start: '2026-03-05' } }),
      )[0]?.[0],
      'start',
    )
  })

  it('are over when the first routine roll that holds them begins', () => {
    const facts = [packedRow('r'), stop('5 Mar 10:00')]
    assert.deepEqual(changes('15 Mar 23:59', ...facts), [['stop', 'unanswered', false]])
    assert.deepEqual(changes('16 Mar 00:00', ...facts), [])
  })

  it('have no impact where no pouch of these days holds the line', () => {
    const roll = packed('k', { brand: 'ID_PARACET', from: '2026-03-02', to: '2026-03-15' })
    assert.deepEqual(changes('5 Mar 11:00', packedRow('r'), stop('5 Mar 10:00'), roll), [
      ['stop', 'no-pack-impact', false],
    ])
    const holding = packed('k', { brand: 'ID_METOTAB', from: '2026-03-02', to: '2026-03-15', row: 'r' })
    assert.deepEqual(changes('5 Mar 11:00', packedRow('r'), stop('5 Mar 10:00'), holding), [
      ['stop', 'unanswered', false],
    ])
  })

  it('tell a row written anew with an old start as no change: what it said before is not known', () => {
    assert.deepEqual(
      changes('5 Mar 11:00', packedRow('r', { asserted: iso('5 Mar 10:00'), dosage: TWICE })),
      [['none', 'no-pack-impact', true]],
    )
    const roll = packed('k', { brand: 'ID_METOTAB', from: '2026-03-02', to: '2026-03-15', row: 'r' })
    assert.deepEqual(
      changes('5 Mar 11:00', packedRow('r', { asserted: iso('5 Mar 10:00'), dosage: TWICE }), roll),
      [['increase', 'unanswered', true]],
      'but the pouches do',
    )
  })
})

describe('unconfirmed-multidose-change', () => {
  it('opens four hours before the cut-off and closes when the doctor has decided', () => {
    const facts = [packedRow('r'), wardRow('w', 'r', '5 Mar 10:00', { dosage: TWICE })]
    assert.equal(openIssue('unconfirmed-multidose-change', '12 Mar 07:59', ...facts), undefined)
    const issue = openIssue('unconfirmed-multidose-change', '12 Mar 08:00', ...facts)
    assert.equal(issue?.severity, 'high')
    const confirmed = packedRow('again', {
      prescription: 'p-r',
      asserted: iso('11 Mar 09:00'),
      dosage: TWICE,
      receivedAt: iso('11 Mar 09:00'),
    })
    assert.equal(openIssue('unconfirmed-multidose-change', '12 Mar 08:00', ...facts, confirmed), undefined)
  })

  it('does not concern the doctor’s own changes', () => {
    const own = wardRow('w', 'r', '5 Mar 10:00', {
      dosage: TWICE,
      more: {
        informationSource:
          packedRow('x').resource.resourceType === 'MedicationStatement'
            ? {
                type: 'Practitioner',
                identifier: { system: 'urn:oid:2.16.578.1.12.4.1.4.4', value: '1000001' },
              }
            : WARD,
      },
    })
    assert.equal(openIssue('unconfirmed-multidose-change', '12 Mar 08:00', packedRow('r'), own), undefined)
  })

  it('asks for a call to the decider when a critical line is stopped or reduced', () => {
    const phone = (brand: string) => {
      const issue = openIssue(
        'unconfirmed-multidose-change',
        '12 Mar 09:00',
        packedRow('r', { brand }),
        stop('5 Mar 10:00', brand),
      )
      return issue === undefined ? undefined : numbersOf(issue)?.['phone']
    }
    assert.equal(phone('ID_WARFARIN'), true)
    assert.equal(phone('ID_METOTAB'), false)
  })

  it('says what is packed unless somebody confirms', () => {
    const packedOf = (...facts: Fact[]) => {
      const issue = openIssue('unconfirmed-multidose-change', '12 Mar 09:00', packedRow('r'), ...facts)
      return issue === undefined ? undefined : numbersOf(issue)?.['packed']
    }
    assert.equal(packedOf(wardRow('w', 'r', '5 Mar 10:00', { dosage: TWICE })), 'last-confirmed')
    assert.equal(
      packedOf(wardRow('w', 'r', '5 Mar 10:00', { dosage: [fixed(0.5, { when: ['MORN'] })] })),
      'as-decided',
    )
    assert.equal(packedOf(stop('5 Mar 10:00')), 'nothing')
  })

  it('18 switch at cut-off: names both medicines', () => {
    const issue = openIssue(
      'unconfirmed-multidose-change',
      '12 Mar 09:00',
      packedRow('r', { brand: 'ID_WARFARIN' }),
      stop('5 Mar 10:00', 'ID_WARFARIN'),
      prescription('apixaban', {
        brand: 'ID_APIXABAN',
        authoredOn: iso('5 Mar 10:10'),
        requester: WARD,
        receivedAt: iso('5 Mar 10:10'),
        dosage: TWICE,
      }),
    )
    assert.match(issue?.detail ?? '', /Marevan.*Eliquis.*Pakkes ikke/)
    assert.equal(numbersOf(issue!)?.['outsideFrom'], iso('5 Mar 10:10'))
    assert.equal(
      issue?.implicated?.filter(({ reference }) => reference?.startsWith('MedicationStatement/')).length,
      3,
    )
  })
})

describe('ordination-not-received', () => {
  const warfarin = packedRow('r', { brand: 'ID_WARFARIN' })

  it('opens an hour after a decision that cannot wait, where a receipt is awaited', () => {
    const facts = [warfarin, stop('5 Mar 10:00', 'ID_WARFARIN'), ordination('5 Mar 10:00')]
    assert.equal(openIssue('ordination-not-received', '5 Mar 10:59', ...facts), undefined)
    const issue = openIssue('ordination-not-received', '5 Mar 11:00', ...facts)
    assert.equal(issue?.severity, 'high')
    assert.match(issue?.detail ?? '', /Marevan/)
  })

  it('opens four hours before the cut-off for what could wait', () => {
    const facts = [packedRow('r'), stop('5 Mar 10:00'), ordination('5 Mar 10:00')]
    assert.equal(openIssue('ordination-not-received', '12 Mar 07:59', ...facts), undefined)
    assert.ok(openIssue('ordination-not-received', '12 Mar 08:00', ...facts))
  })

  it('does not open once the receipt is there, nor where the hub can see none', () => {
    const facts = [warfarin, stop('5 Mar 10:00', 'ID_WARFARIN')]
    const received = ordination('5 Mar 10:00', '5 Mar 10:05')
    assert.equal(openIssue('ordination-not-received', '12 Mar 11:00', ...facts, received), undefined)
    assert.equal(openIssue('ordination-not-received', '12 Mar 11:00', ...facts), undefined)
  })
})

describe('measure-overdue', () => {
  const facts = [packedRow('r'), stop('5 Mar 10:00')]
  const lacking = (at: string, ...more: Fact[]) => {
    const issue = openIssue('measure-overdue', at, ...facts, ...more)
    return issue === undefined ? undefined : numbersOf(issue)?.['lacking']
  }

  it('tells a question that nobody answered in four hours', () => {
    assert.equal(lacking('5 Mar 13:59'), undefined)
    assert.equal(lacking('5 Mar 14:00'), 'answer')
    const result = derive([...BASE, ...facts], { at: iso('5 Mar 11:00') })
    assert.equal(result.nextChangeAt, iso('5 Mar 14:00'))
  })

  it('tells a measure that was not confirmed an hour before the next slot', () => {
    const line = lineOf(...facts)
    const asked = measure(
      'withhold-unit',
      { restriction: { period: { end: iso('6 Mar 12:00') } } },
      line,
      '5 Mar 10:30',
    )
    assert.equal(lacking('6 Mar 06:59', asked), undefined)
    assert.equal(lacking('6 Mar 07:00', asked), 'confirmation', 'the morning slot is at 08:00')
    const done = measure('withhold-unit', { status: 'completed' }, line, '5 Mar 10:30')
    assert.equal(lacking('9 Mar 12:00', done), undefined)
    const failed = measure('device-block', { status: 'failed' }, line, '5 Mar 10:30')
    assert.equal(lacking('6 Mar 07:00', failed), 'answer', 'what cannot be done is no measure')
  })

  it('is silent while the ward gives the medicines', () => {
    assert.equal(lacking('6 Mar 12:00', stay('s', iso('5 Mar 10:00'))), undefined)
  })
})
