import assert from 'node:assert/strict'
import type { Bundle, List } from 'fhir/r4.js'
import { personId } from '../../src/core/ids.js'
import { openListCache } from '../../src/hub/list-cache.js'
import { type ReadListDeps, readMedicationList } from '../../src/hub/read-list.js'
import { listConfig } from '../../src/medication-list/defaults.js'
import type { CurrentList } from '../../src/store/views.js'
import { testValidation } from '../support/validation.js'

const PERSON = personId('00000000-0000-4000-8000-0000000000aa')
const NOW = Date.parse('2026-11-20T10:00:00Z')

const nothingYet: CurrentList = {
  owner: PERSON,
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
  cache: openListCache(100_000),
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

  describe('of a version read before', () => {
    const LIST =
      '{"resourceType":"List","id":"l","meta":{},"extension":[{"url":"old"}],"status":"current","mode":"working"}'
    const listed = (version: number, texts: readonly string[], owner = PERSON): CurrentList => ({
      ...nothingYet,
      owner,
      version,
      texts,
      createdAt: '2026-11-20T09:00:00.000Z',
    })

    /** Gives the texts only when the caller does not name the version that it has. */
    const storing = (current: { list: CurrentList }): { deps: ReadListDeps; asked: string[] } => {
      const asked: string[] = []
      return {
        asked,
        deps: {
          ...deps(undefined),
          store: {
            currentList: async (_person, known = '') => {
              asked.push(known)
              const { owner, version } = current.list
              return known === `${owner}/${version}` ? { ...current.list, texts: [] } : current.list
            },
          },
        },
      }
    }

    it('needs no texts again, and has its completeness made anew', async () => {
      const line = '{"resourceType":"MedicationStatement","id":"m"}'
      const current = { list: listed(3, [LIST, line]) }
      const { deps: own, asked } = storing(current)
      const first = await readMedicationList(own, PERSON, [])
      const source = { key: 'a', role: 'hospital', name: 'A', lastHeard: '2026-11-20T08:00:00.000Z' } as const
      current.list = { ...current.list, sources: [source] }
      const second = await readMedicationList(own, PERSON, [])
      assert.deepEqual(asked, ['', `${PERSON}/3`])
      const [before, after] = [first, second].map((answer) => JSON.parse(answer?.body ?? '') as Bundle)
      assert.deepEqual(
        after?.entry?.map(({ fullUrl }) => fullUrl),
        ['http://hub.test/fhir/List/l', 'http://hub.test/fhir/MedicationStatement/m'],
      )
      assert.deepEqual(after?.entry?.[1], before?.entry?.[1])
      assert.notDeepEqual(after?.entry?.[0], before?.entry?.[0])
      assert.doesNotMatch(second?.body ?? '', /"old"/)
    })

    it('reads the texts of a newer version, and of the survivor after a merge', async () => {
      const current = { list: listed(3, [LIST]) }
      const { deps: own } = storing(current)
      await readMedicationList(own, PERSON, [])
      const newer = LIST.replace('"l"', '"newer"')
      current.list = listed(4, [newer])
      assert.match((await readMedicationList(own, PERSON, []))?.body ?? '', /"newer"/)
      const survivor = personId('00000000-0000-4000-8000-0000000000bb')
      current.list = listed(4, [LIST.replace('"l"', '"survivors"')], survivor)
      assert.match((await readMedicationList(own, PERSON, []))?.body ?? '', /"survivors"/)
    })
  })
})
