import assert from 'node:assert/strict'
import type { Mapped } from '../../../src/core/message.js'
import type { Validation } from '../../../src/validation/validate.js'
import {
  forwarded,
  m7,
  m21,
  m92,
  m94,
  m96,
  m98,
  m241,
  m912,
  m922,
  reseptinfo,
} from '../../support/kith-broker-fixtures.js'
import { base64, m1, m10, m251, m252, m253 } from '../../support/kith-fixtures.js'
import { inger } from '../../support/kith-people.js'
import { run } from '../../support/kith-run.js'
import { testValidation } from '../../support/validation.js'

const whole = (mapped: Mapped): readonly Mapped[] => [mapped, ...(mapped.enclosed ?? []).flatMap(whole)]

/** As the hub stores it once every target is known: each logical reference names its target too. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, one]): [string, unknown] => [name, resolved(one)])
  const copy = Object.fromEntries(entries)
  const { identifier, reference, type } = copy
  return typeof type === 'string' &&
    identifier !== undefined &&
    reference === undefined &&
    !('resourceType' in copy)
    ? { ...copy, reference: `${type}/known` }
    : copy
}

describe('references of what the broker says, once their targets are known', () => {
  let validation: Validation
  before(async function () {
    this.timeout(30_000)
    validation = await testValidation()
  })
  const messages: readonly [string, () => string][] = [
    ['M6', () => forwarded('M6')],
    ['M7', () => m7()],
    ['M8', () => forwarded('M8', { attachment: base64(m1()) })],
    [
      'M9.2',
      () =>
        m92(
          [reseptinfo(), reseptinfo({ id: 'a1b2c3d4-0000-4000-8000-000000000002', merchandise: true })],
          [inger],
        ),
    ],
    ['M9.4', () => m94('<Status V="E" DN="x"/>', [m1()])],
    ['M9.6', () => m96('', [m1()])],
    ['M9.8', () => m98(1, [forwarded('M6')])],
    ['M9.12', () => m912([m251(), m252(), m253()], { infos: reseptinfo() })],
    ['M9.22', () => m922([inger.id])],
    ['M10', () => m10()],
    ['M21', () => m21(inger.id)],
    ['M24.1', () => m241()],
  ]
  for (const [kind, xml] of messages)
    it(`of ${kind} lead to types that R4 allows there`, () => {
      for (const { resources } of whole(run(xml())))
        for (const { resource } of resources)
          assert.deepEqual(
            validation.validate({ id: 'x', ...(resolved(resource) as object) }),
            [],
            resource.resourceType,
          )
    })
})
