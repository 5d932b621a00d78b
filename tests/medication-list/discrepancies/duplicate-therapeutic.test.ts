import assert from 'node:assert/strict'
import { ATC } from '../../../src/core/canonical.js'
import type { Fact } from '../../../src/medication-list/contract.js'
import { derive, GP, issueOf, prescription, row, supply, WARD } from '../../support/clinical-facts.js'

/** A prescription of a substance that only its ATC code names. */
const byAtc = (id: string, atc: string, name: string, requester = GP): Fact =>
  prescription(id, {
    requester,
    more: { medicationCodeableConcept: { coding: [{ system: ATC, code: atc }], text: name } },
  })
const issue = (facts: readonly Fact[], language: 'nb' | 'en' = 'nb') =>
  issueOf(derive(facts, { language }), 'duplicate-therapeutic')

describe('duplicate-therapeutic', () => {
  it('is high for two anticoagulants, whoever decided them, and says the group', () => {
    const facts = [byAtc('a', 'B01AA03', 'Marevan'), byAtc('b', 'B01AF02', 'Eliquis')]
    assert.equal(issue(facts)?.severity, 'high')
    assert.equal(issue(facts)?.detail, 'Marevan og Eliquis er i samme gruppe: blodfortynnende midler.')
    assert.equal(issue(facts, 'en')?.detail, 'Marevan and Eliquis belong to the same group: anticoagulants.')
  })

  it('is high for opioids of different deciders, moderate for those of one', () => {
    const opioids = (second: typeof GP) => [
      byAtc('a', 'N02AA05', 'OxyContin'),
      byAtc('b', 'N02AB03', 'Durogesic', second),
    ]
    assert.equal(issue(opioids(GP))?.severity, 'moderate')
    assert.equal(issue(opioids(WARD))?.severity, 'high')
  })

  it('knows groups that span several of ATC level 4, and else that level', () => {
    assert.equal(
      issue([byAtc('a', 'N05BA01', 'Vival'), byAtc('b', 'N05CF01', 'Imovane')])?.severity,
      'moderate',
    )
    assert.ok(issue([byAtc('a', 'C09AA05', 'Triatec'), byAtc('b', 'C09CA01', 'Cozaar')]))
    const level4 = issue([byAtc('a', 'C10AA01', 'Zocor'), byAtc('b', 'C10AA05', 'Lipitor')])
    assert.equal(level4?.detail, 'Zocor og Lipitor er i samme gruppe: ATC C10AA.')
    assert.equal(issue([byAtc('a', 'C10AA01', 'Zocor'), byAtc('b', 'C10BA02', 'Inegy')]), undefined)
    assert.equal(issue([byAtc('a', 'B01AA03', 'Marevan'), byAtc('b', 'B01AC06', 'Albyl-E')]), undefined)
  })

  it('leaves the same substance to duplicate-substance', () => {
    assert.equal(issue([row('a', { brand: 'ID_METODEPOT' }), row('b')]), undefined)
  })

  it('counts planned lines and what only the pharmacy knows, and closes with the stop of one', () => {
    const first = row('a', { brand: 'ID_WARFARIN' })
    const eliquis = { coding: [{ system: ATC, code: 'B01AF02' }], text: 'Eliquis' }
    const planned = row('b', {
      period: { start: '2026-12-10' },
      more: { medicationCodeableConcept: eliquis },
    })
    assert.equal(issue([first, planned])?.severity, 'high')
    const handedOut = supply('s', '2026-11-20', 'ID_APOCILLIN')
    const supplied: Fact = {
      ...handedOut,
      resource: { ...handedOut.resource, medicationCodeableConcept: eliquis } as Fact['resource'],
    }
    assert.equal(issue([first, supplied])?.severity, 'high')
    const stopped = row('a', { brand: 'ID_WARFARIN', status: 'stopped', period: { end: '2026-11-20' } })
    assert.equal(issue([stopped, planned]), undefined)
  })
})
