import assert from 'node:assert/strict'
import { fidelityOf } from '../../../mappings/fidelity/fidelity-of.js'
import { everyKind } from '../../support/kith-everything.js'
import { bytes } from '../../support/kith-fixtures.js'
import { run } from '../../support/kith-run.js'
import { brokenRules, hasSchemas } from '../../support/official-schemas.js'
import { testValidation } from '../../support/validation.js'

describe('messages with all that their format has room for', function () {
  this.timeout(60_000)

  for (const [name, xml] of everyKind) {
    it(`${name} loses no value`, () => {
      const [outcome] = fidelityOf(bytes(xml), {
        zone: 'Europe/Oslo',
        receivedAt: '2024-03-02T12:00:00.000Z',
      })
      if (outcome?.kind !== 'report') assert.fail(JSON.stringify(outcome))
      assert.deepEqual(
        outcome.leaves.filter(({ fate }) => fate === 'unmapped'),
        [],
      )
    })

    it(`${name} gives what the hub’s own validation takes`, async () => {
      const { validate } = await testValidation()
      for (const { resource } of run(xml).resources)
        assert.deepEqual(validate(JSON.parse(JSON.stringify(resource))), [], resource.resourceType)
    })

    if (hasSchemas)
      it(`${name} keeps to the official schema`, async () => {
        assert.deepEqual(await brokenRules(xml), [])
      })
  }
})
