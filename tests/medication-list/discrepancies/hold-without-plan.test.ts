import assert from 'node:assert/strict'
import type { Extension } from 'fhir/r4.js'
import { extensionUrl } from '../../../src/core/canonical.js'
import { derive, issueOf, row } from '../../support/clinical-facts.js'
import { instantWhen } from '../../support/next-change.js'

const plan = (...extension: Extension[]): Extension => ({ url: extensionUrl('hold-plan'), extension })
const paused = (...extension: Extension[]) =>
  row('m', {
    brand: 'ID_METFORMIN',
    status: 'on-hold',
    asserted: '2026-11-20T10:00:00+01:00',
    more: {
      statusReason: [{ text: 'Før CT' }],
      extension: [
        { url: extensionUrl('status-date'), valueDateTime: '2026-11-20T10:00:00+01:00' },
        ...extension,
      ],
    },
  })
const AT = '2026-11-20T10:30:00.000Z'
const issue = (facts: Parameters<typeof derive>[0], at = AT, language: 'nb' | 'en' = 'nb') =>
  issueOf(derive(facts, { at, language }), 'hold-without-plan')

describe('hold-without-plan', () => {
  it('example 12: metformin paused before a CT without a date is moderate the same day', () => {
    assert.equal(issue([paused()])?.severity, 'moderate')
    assert.equal(
      issue([paused()])?.detail,
      'Metformin 500 mg er pauset siden 20.11.2026 kl. 10.00, uten dato for når det skal gjenopptas eller vurderes.',
    )
    assert.equal(
      issue([paused()], AT, 'en')?.detail,
      'Metformin 500 mg is on hold since 2026-11-20 10:00, with no date for resuming or reviewing it.',
    )
  })

  it('does not hold while a date of resuming or review lies ahead, or a condition is stated', () => {
    assert.equal(issue([paused(plan({ url: 'resume', valueDateTime: '2026-11-25' }))]), undefined)
    assert.equal(issue([paused(plan({ url: 'review', valueDateTime: '2026-11-25' }))]), undefined)
    assert.equal(
      issue([paused(plan({ url: 'condition', valueString: 'Når kreatinin er under 110' }))]),
      undefined,
    )
  })

  it('opens by time alone when the day of review is over', () => {
    const facts = [paused(plan({ url: 'review', valueDateTime: '2026-11-25' }))]
    const holds = (result: ReturnType<typeof derive>) => issueOf(result, 'hold-without-plan') !== undefined
    assert.equal(instantWhen(facts, holds, { at: AT }), '2026-11-25T23:00:00.000Z')
    assert.equal(
      issue(facts, '2026-11-26T08:00:00.000Z')?.detail,
      'Metformin 500 mg er pauset siden 20.11.2026 kl. 10.00, og tiden for å gjenoppta eller vurdere det er ute (26.11.2026 kl. 00.00).',
    )
  })

  it('closes when the line is resumed', () => {
    const resumed = row('m', { brand: 'ID_METFORMIN', asserted: '2026-11-20T11:00:00+01:00' })
    assert.equal(issue([resumed]), undefined)
  })
})
