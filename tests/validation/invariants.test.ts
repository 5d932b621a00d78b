import assert from 'node:assert/strict'
import { isAfter } from '../../src/validation/fhir-times.js'
import { INVARIANTS } from '../../src/validation/invariants.js'
import { hasRuleText } from '../../src/validation/rule-texts.js'

const HOSTILE: readonly unknown[] = [
  undefined,
  null,
  true,
  1,
  'text',
  [],
  [null, 1, 'x', {}],
  {},
  {
    contained: 'x',
    entry: 'x',
    meta: 'x',
    coding: {},
    extension: 1,
    low: 1,
    high: null,
    code: 1,
    reference: {},
  },
  {
    contained: [null, 1],
    entry: [null, 1, { resource: 1 }],
    meta: { tag: [null] },
    component: [null],
    emptyReason: 1,
  },
]

describe('invariants', () => {
  it('have a text each', () => {
    assert.deepEqual(
      Object.keys(INVARIANTS).filter((key) => !hasRuleText(key)),
      [],
    )
  })

  for (const [key, invariant] of Object.entries(INVARIANTS))
    it(`${key} answers whatever the shape of the element`, () => {
      for (const element of HOSTILE)
        for (const root of HOSTILE) assert.equal(typeof invariant(element, root), 'boolean')
    })

  const TABLE: readonly [key: string, holds: object, breaks: object][] = [
    ['bdl-3', { type: 'collection', entry: [{}] }, { type: 'transaction', entry: [{}] }],
    [
      'bdl-7',
      { type: 'collection', entry: [{ fullUrl: 'urn:a' }, { fullUrl: 'urn:b' }] },
      { type: 'collection', entry: [{ fullUrl: 'urn:a' }, { fullUrl: 'urn:a' }] },
    ],
    [
      'lst-3',
      { mode: 'working', entry: [{ date: '2026' }] },
      { mode: 'snapshot', entry: [{ date: '2026' }] },
    ],
    [
      'obs-7',
      {
        valueString: 'x',
        code: { coding: [{ code: 'a' }] },
        component: [{ code: { coding: [{ code: 'b' }] } }],
      },
      {
        valueString: 'x',
        code: { coding: [{ code: 'a' }] },
        component: [{ code: { coding: [{ code: 'a' }] } }],
      },
    ],
    [
      'ait-1',
      {
        verificationStatus: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
              code: 'entered-in-error',
            },
          ],
        },
      },
      { verificationStatus: { coding: [{ code: 'confirmed' }] } },
    ],
    ['rng-2', { low: { value: 1 }, high: { value: 1 } }, { low: { value: 2 }, high: { value: 1 } }],
    [
      'drt-1',
      { code: 'd', system: 'http://unitsofmeasure.org', value: 1 },
      { code: 'd', system: 'http://unitsofmeasure.org' },
    ],
    ['tim-9', { offset: 10, when: ['ACM'] }, { offset: 10, when: ['CM'] }],
    ['rat-1', { numerator: {}, denominator: {} }, { denominator: {} }],
    [
      'hub-list-unavailable-note',
      { emptyReason: { coding: [{ code: 'unavailable' }] }, note: [{ text: 'x' }] },
      { emptyReason: { coding: [{ code: 'unavailable' }] } },
    ],
  ]
  for (const [key, holds, breaks] of TABLE)
    it(`${key} holds where it should and breaks where it should`, () => {
      assert.equal(INVARIANTS[key]?.(holds, holds), true)
      assert.equal(INVARIANTS[key]?.(breaks, breaks), false)
    })

  it('orders dates and times only where their order is certain', () => {
    const after: readonly [string, string][] = [
      ['2026-03-02', '2026-03-01'],
      ['2027', '2026-12-31'],
      ['2026-03-29T03:00:00+02:00', '2026-03-29T00:59:59Z'],
      ['2026-03-05', '2026-03-02T10:00:00Z'],
    ]
    for (const [first, second] of after) {
      assert.equal(isAfter(first, second), true, `${first} is after ${second}`)
      assert.equal(isAfter(second, first), false)
    }
    const unknown: readonly [unknown, unknown][] = [
      ['2026', '2026-03-01'],
      ['2026-03-02', '2026-03-02'],
      ['2026-03-02', '2026-03-01T23:00:00Z'],
      ['x', '2026'],
      [1, '2026'],
      [undefined, null],
    ]
    for (const [first, second] of unknown) assert.equal(isAfter(first, second), false)
  })
})
