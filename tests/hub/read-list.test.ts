import assert from 'node:assert/strict'
import type { Bundle, List } from 'fhir/r4.js'
import { personId } from '../../src/core/ids.js'
import { type ReadListDeps, readMedicationList } from '../../src/hub/read-list.js'
import { listConfig } from '../../src/medication-list/defaults.js'
import type { CurrentList } from '../../src/store/views.js'
import { testValidation } from '../support/validation.js'

const PERSON = personId('00000000-0000-4000-8000-0000000000aa')
const NOW = Date.parse('2026-11-20T10:00:00Z')

const nothingYet: CurrentList = {
  version: 0,
  texts: [],
  createdAt: '',
  nextChangeAt: undefined,
  sources: [],
  waiting: 0,
  dead: 0,
}

const deps = (list: CurrentList | undefined, worked: string[] = []): ReadListDeps => ({
  store: { currentList: async () => list },
  workLane: async (lane) => worked.push(lane) > 0,
  clock: () => NOW,
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  config: listConfig('Europe/Oslo', 'nb'),
  hash: (text) => String(text.length),
  publicUrl: 'http://hub.test',
})

const listIn = (body: string): List => (JSON.parse(body) as Bundle).entry?.[0]?.resource as List

describe('reading the list', () => {
  it('knows nothing of a person whom nobody has named', async () => {
    assert.equal(await readMedicationList(deps(undefined), PERSON, []), undefined)
  })

  it('says of a person whose first message waits or was parked that the list is not available', async () => {
    const { validate } = await testValidation()
    for (const list of [
      { ...nothingYet, waiting: 1 },
      { ...nothingYet, dead: 1 },
    ]) {
      const answer = await readMedicationList(deps(list), PERSON, [])
      const shown = listIn(answer?.body ?? '')
      assert.equal(shown.emptyReason?.coding?.[0]?.code, 'unavailable')
      assert.match(answer?.etag ?? '', /^W\/"0\./)
      assert.deepEqual(validate(shown), [])
    }
  })

  it('says of a person without any message that the list was never started', async () => {
    const answer = await readMedicationList(deps(nothingYet), PERSON, [])
    assert.equal(listIn(answer?.body ?? '').emptyReason?.coding?.[0]?.code, 'notstarted')
  })

  it('lets the lane derive first when time has changed the list', async () => {
    const worked: string[] = []
    await readMedicationList(
      deps({ ...nothingYet, nextChangeAt: '2026-11-20T09:59:00.000Z' }, worked),
      PERSON,
      [],
    )
    assert.deepEqual(worked, [`p-${PERSON}`])
    const early: string[] = []
    await readMedicationList(
      deps({ ...nothingYet, nextChangeAt: '2026-11-20T10:01:00.000Z' }, early),
      PERSON,
      [],
    )
    assert.deepEqual(early, [])
  })
})
