/** Nothing of a generated message is lost, nothing is invented, and what comes out is what the hub itself accepts. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Dosage, FhirResource } from 'fhir/r4.js'
import type { Validation } from '../../../src/validation/validate.js'
import { entry, medicine, prescription } from '../../support/kith-arbitrary.js'
import { merchandiseXml, productXml } from '../../support/kith-arbitrary-products.js'
import { lostValues } from '../../support/kith-fidelity.js'
import { base64, bytes, m1, m10, m251, m253, packedXml } from '../../support/kith-fixtures.js'
import { lost, type Ran, run } from '../../support/kith-run.js'
import { testValidation } from '../../support/validation.js'

const numRuns = process.env['STAFETT_TEST_DEEP'] ? 2000 : 40
const id = (index: number): string => `a1b2c3d4-0000-4000-8000-00000000e00${index}`

/** Places of which a map says that only words are left: those count as kept only when the words are. */
const keptAsWords = (note: string): boolean => note.startsWith('invalid-value')

describe('generated e-prescription messages', function () {
  this.timeout(120_000)
  const opened: { validation?: Validation } = {}
  before(async () => {
    opened.validation = await testValidation()
  })

  function check(xml: string): Ran {
    const ran = run(xml)
    assert.deepEqual(lostValues(bytes(xml), ran), [])
    assert.deepEqual(
      lost(ran).filter((note) => !keptAsWords(note)),
      [],
    )
    for (const { resource } of ran.resources)
      assert.deepEqual(
        opened.validation?.validate(JSON.parse(JSON.stringify(resource))),
        [],
        resource.resourceType,
      )
    inventsNoDose(xml, ran)
    return ran
  }

  it('keep every value of a prescription, of whatever product', () => {
    fc.assert(
      fc.property(prescription, productXml, fc.boolean(), (fixture, product, other) => {
        const whole = fixture.medicine
        check(
          m1(
            other && whole !== undefined
              ? { ...fixture, medicine: { ...whole, productXml: product } }
              : fixture,
          ),
        )
      }),
      { numRuns, seed: 51 },
    )
  })

  it('keep every value of goods, prescribed, in use or handed out', () => {
    fc.assert(
      fc.property(merchandiseXml, (merchandise) => {
        check(m1({ merchandise }))
        check(m10({ merchandise, batch: 'LOT-7' }))
        const ran = check(m251({ entries: [{ id: id(1), fragment: base64(merchandise) }] }))
        assert.ok(ran.resources.some(({ resource }) => resource.resourceType === 'MedicationStatement'))
      }),
      { numRuns: Math.ceil(numRuns / 2), seed: 52 },
    )
  })

  it('keep every value of a dispense', () => {
    fc.assert(
      fc.property(medicine, productXml, fc.boolean(), (dispensed, product, finished) => {
        check(m10({ medicine: { ...dispensed, productXml: product }, finished }))
      }),
      { numRuns: Math.ceil(numRuns / 2), seed: 53 },
    )
  })

  it('keep every value of a list and of what was packed for it', () => {
    const entries = fc
      .array(entry, { minLength: 1, maxLength: 3 })
      .map((some) => some.map((one, index) => ({ ...one, id: id(index) })))
    fc.assert(
      fc.property(entries, medicine, (some, dispensed) => {
        check(m251({ entries: some, roles: ['M', 'F'] }))
        const packed = packedXml({ from: '2024-03-04', to: '2024-03-17', dispense: { medicine: dispensed } })
        check(
          m253({
            entries: some.map(({ questions: _asked, stop: _stopped, ...one }) => ({
              ...one,
              packedCentrally: '1' as const,
              packed,
            })),
          }),
        )
      }),
      { numRuns: Math.ceil(numRuns / 2), seed: 54 },
    )
  })
})

/** Every amount of a dose stands in the message, and a weekday or a longer interval never comes out as daily. */
function inventsNoDose(xml: string, ran: Ran): void {
  const text = `${xml}${[...xml.matchAll(/B64>([^<]+)</g)].map(([, coded = '']) => Buffer.from(coded, 'base64').toString())}`
  const amounts = new Set([...text.matchAll(/ V="([\d.]+)"/g)].map(([, value = '']) => Number(value)))
  for (const { resource } of ran.resources)
    for (const { doseAndRate, timing } of dosagesOf(resource)) {
      const value = doseAndRate?.[0]?.doseQuantity?.value
      if (value !== undefined) assert.ok(amounts.has(value), `dose ${value}`)
      const repeat = timing?.repeat
      if ((repeat?.dayOfWeek ?? []).length > 0)
        assert.deepEqual([repeat?.period, repeat?.periodUnit], [1, 'wk'])
      if (repeat?.periodUnit === 'd' && repeat.period === 1)
        assert.match(text, /<Intervall V="1" U="Døgn"\/>/)
    }
}

function dosagesOf(resource: FhirResource): readonly Dosage[] {
  switch (resource.resourceType) {
    case 'MedicationRequest':
    case 'MedicationDispense':
      return resource.dosageInstruction ?? []
    case 'MedicationStatement':
      return resource.dosage ?? []
    default:
      return []
  }
}
