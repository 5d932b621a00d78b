import assert from 'node:assert/strict'
import type { MedicationStatement } from 'fhir/r4.js'
import { produce } from '../../../../mappings/kith/write/produce.js'
import type { Produced } from '../../../../mappings/kith/write/sheet.js'
import { extensionUrl } from '../../../../src/core/canonical.js'
import { envelopeOf, made, reread } from '../../../support/kith-again.js'
import { ENTRY_ID, m1, m251 } from '../../../support/kith-fixtures.js'
import { all, only, run, SETTINGS } from '../../../support/kith-run.js'
import { brokenRules, hasSchemas } from '../../../support/official-schemas.js'

const listed = run(m251({ roles: ['M'] }))
const patient = only(run(m1({})), 'Patient')
const statement = only(listed, 'MedicationStatement')
const roles = only(listed, 'List').extension?.filter(({ url }) => url === extensionUrl('list-role')) ?? []

describe('lines of an ordination that have ended', () => {
  const stopped: MedicationStatement = {
    ...statement,
    status: 'stopped',
    effectivePeriod: { end: '2024-03-01T10:00:00+01:00' },
  }
  const under = (id: string, one: MedicationStatement): MedicationStatement => ({
    ...one,
    identifier: (one.identifier ?? []).map((known, index) =>
      index === 0 ? { ...known, value: `urn:uuid:${id}` } : known,
    ),
  })
  const OTHER = 'b1b2c3d4-0000-4000-8000-000000000001'
  const sent = (...ended: readonly MedicationStatement[]): Produced =>
    produce(
      {
        kind: 'M25.1',
        lib: {
          roles,
          entries: [{ statement, questions: [] }],
          ended: ended.map((one) => ({ statement: one, questions: [] })),
          allergies: [],
        },
      },
      envelopeOf(listed),
      patient,
      SETTINGS.zone,
    )
  const entries = (produced: Produced): readonly [string | undefined, string | undefined][] =>
    all(reread(made(produced)), 'MedicationStatement').map(({ effectivePeriod, identifier }) => [
      identifier?.[0]?.value,
      effectivePeriod?.end,
    ])

  it('stand behind the list, each with its stop', async () => {
    const message = sent(under(OTHER, stopped))
    assert.deepEqual(entries(message), [
      [`urn:uuid:${ENTRY_ID}`, undefined],
      [`urn:uuid:${OTHER}`, '2024-03-01T10:00:00+01:00'],
    ])
    if (hasSchemas) assert.deepEqual(await brokenRules(Buffer.from(made(message))), [])
  })

  it('are none where the treatment goes on under the same id, and end once', () => {
    assert.equal(entries(sent(stopped)).length, 1)
    const earlier = { ...stopped, effectivePeriod: { end: '2024-01-01T10:00:00+01:00' } }
    assert.deepEqual(entries(sent(under(OTHER, stopped), under(OTHER, earlier))).at(-1), [
      `urn:uuid:${OTHER}`,
      '2024-03-01T10:00:00+01:00',
    ])
  })

  it('are told in words where they cannot be written, and keep no list from being sent', async () => {
    const { dateAsserted: _decided, ...undated } = stopped
    const message = sent(under(OTHER, undated))
    assert.equal(entries(message).length, 1)
    assert.match(
      only(reread(made(message)), 'List').note?.[0]?.text ?? '',
      /^Avsluttet, skal ikke pakkes: .+\.$/,
    )
    assert.match(
      (message.kind === 'produced' && message.unwritten[0]?.at) || '',
      /^ended\[0\]\.dateAsserted$/,
    )
    if (hasSchemas) assert.deepEqual(await brokenRules(Buffer.from(made(message))), [])
  })
})
