import assert from 'node:assert/strict'
import { derive, prescription, row, supply } from '../support/clinical-facts.js'
import { validateR4 } from '../support/r4-validator.js'

const plansOf = (facts: Parameters<typeof derive>[0]) =>
  derive(facts).lines.map(({ plan, statement }) => [statement.status, plan?.status])

describe('lines as plans', () => {
  it('stand for lines without prescription, active, planned and on hold', () => {
    assert.deepEqual(plansOf([row('r')]), [['active', 'active']])
    assert.deepEqual(plansOf([row('r', { period: { start: '2027-01-01' } })]), [['intended', 'active']])
    assert.deepEqual(
      plansOf([row('r', { status: 'on-hold', more: { statusReason: [{ text: 'Før operasjon' }] } })]),
      [['on-hold', 'on-hold']],
    )
  })

  it('stand for no line that has a prescription which is active', () => {
    assert.deepEqual(plansOf([prescription('p'), row('r', { prescription: 'p' })]), [['active', undefined]])
  })

  it('stand for a line whose prescription was recalled or used up', () => {
    for (const status of ['cancelled', 'completed'] as const)
      assert.deepEqual(plansOf([prescription('p', { more: { status } }), row('r', { prescription: 'p' })]), [
        ['active', 'active'],
      ])
  })

  it('stand for nothing that ended or that nobody decided', () => {
    assert.deepEqual(plansOf([row('r', { status: 'stopped', asserted: '2026-11-20T10:00:00+01:00' })]), [
      ['stopped', undefined],
    ])
    assert.deepEqual(plansOf([supply('d', '2026-11-20T10:00:00+01:00', 'ID_PARACET')]), [
      ['unknown', undefined],
    ])
  })

  it('say the same as their line and are valid R4', () => {
    const [line] = derive([row('r', { more: { reasonCode: [{ text: 'Høyt blodtrykk' }] } })]).lines
    const { plan, statement } = line!
    assert.equal(plan?.intent, 'plan')
    assert.deepEqual(plan?.dosageInstruction, statement.dosage)
    assert.deepEqual(plan?.reasonCode, statement.reasonCode)
    assert.deepEqual(plan?.medicationCodeableConcept, statement.medicationCodeableConcept)
    assert.deepEqual(validateR4(plan!), [])
  })
})
