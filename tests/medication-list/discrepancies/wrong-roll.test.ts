import assert from 'node:assert/strict'
import { codeSystemUrl } from '../../../src/core/canonical.js'
import { asPrevious, codesOf, derive, fact, issueOf, PATIENT } from '../../support/clinical-facts.js'

describe('wrong-roll', () => {
  const alert = (status: 'preliminary' | 'final') =>
    fact(
      {
        resourceType: 'DetectedIssue',
        identifier: [{ system: 'urn:example', value: 'e1' }],
        status,
        patient: { reference: PATIENT },
        code: { coding: [{ system: codeSystemUrl('device-event-kind'), code: 'supply.wrong-person' }] },
        identifiedDateTime: '2026-11-22T08:00:00+01:00',
      },
      'w',
      'device',
    )

  it('is an alarm until the alert is closed', () => {
    const open = derive([alert('preliminary')])
    assert.equal(issueOf(open, 'wrong-roll')?.severity, 'high')
    const closed = derive([alert('final')], { previous: asPrevious(open) })
    assert.deepEqual(codesOf(closed), [])
    assert.equal(closed.issues[0]!.status, 'final')
  })
})
