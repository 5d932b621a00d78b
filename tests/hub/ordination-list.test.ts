import assert from 'node:assert/strict'
import type { MedicationStatement } from 'fhir/r4.js'
import { extensionUrl, LAYER_SYSTEM } from '../../src/core/canonical.js'
import { libOf } from '../../src/hub/ordination-list.js'

const line = (text: string, confirmed: boolean): MedicationStatement => ({
  resourceType: 'MedicationStatement',
  id: text.toLowerCase(),
  meta: { tag: [{ system: LAYER_SYSTEM, code: 'line' }] },
  status: 'active',
  subject: { reference: 'Patient/p' },
  medicationCodeableConcept: { text },
  ...(confirmed ? {} : { extension: [{ url: extensionUrl('not-confirmed'), valueBoolean: true }] }),
})
const noteOf = async (
  lines: readonly MedicationStatement[],
  complete = true,
): Promise<string | undefined> => {
  const lib = await libOf({
    lines,
    prescriptions: [],
    facts: [],
    team: undefined,
    complete,
    receiver: '1',
    destination: 'apotek',
    at: '2026-03-05T10:00:00Z',
    fragmentOf: async () => undefined,
  })
  return lib.note
}

describe('the note of an ordination', () => {
  it('names what nobody confirmed, so that no more is packed than was confirmed last', async () => {
    const note = await noteOf([line('Prøvolol', true), line('Prøvosartan', false), line('Prøvopril', false)])
    assert.match(note ?? '', /pakk ikke mer enn sist bekreftet dose.*: Prøvosartan; Prøvopril\.$/)
    assert.doesNotMatch(note ?? '', /Prøvolol/)
  })

  it('says as well when a source of the list has not been heard, and nothing where all is well', async () => {
    assert.match((await noteOf([line('Prøvosartan', false)], false)) ?? '', /ikke alle kilder er hørt\. Ikke/)
    assert.equal(await noteOf([line('Prøvolol', true)]), undefined)
  })
})
