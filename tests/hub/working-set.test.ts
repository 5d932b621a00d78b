import assert from 'node:assert/strict'
import type { MedicationAdministration } from 'fhir/r4.js'
import { type PersonId, personId } from '../../src/core/ids.js'
import { type Derived, deriveList } from '../../src/hub/derive-list.js'
import { openDraft } from '../../src/hub/draft.js'
import { openWorking } from '../../src/hub/working-set.js'
import { openWorkspace, type Workspace } from '../../src/hub/workspace.js'
import { writeResource } from '../../src/hub/write-resource.js'
import { availableBackends, describeStores } from '../support/backends.js'
import { type LargeSize, newIntake } from '../support/large-patient.js'
import { storeLargePatient } from '../support/store-large-patient.js'
import { testValidation } from '../support/validation.js'
import { writeDeps } from '../support/write-deps.js'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const ANNA = personId('00000000-0000-4000-8000-00000000a001')
/** Three years with an intake of three medicines every other day; most of what was told is no longer looked at. */
const SIZE: LargeSize = { lines: 3, years: 3, decisions: 66, supplies: 40, intakes: 540 }

describeStores('the working set of a person', await availableBackends(), (current) => {
  before(async function () {
    this.timeout(60_000)
    await testValidation()
  })
  beforeEach(() => storeLargePatient(current().store, ANNA, NOW, SIZE))

  const deps = async () => ({ ...(await writeDeps(current().store)), clock: () => NOW })

  /** The list derived from a workspace, with ids that follow from the order in which they are asked for. */
  const derived = async (workspace: Workspace): Promise<Derived> => {
    const { derive } = await deps()
    const ids = { next: 0 }
    const newId = () => `00000000-0000-4000-9000-${String(ids.next++).padStart(12, '0')}`
    return deriveList(openDraft(workspace, new Map(), undefined, NOW), { ...derive, newId })
  }

  it('leaves out the intakes of years ago, and the list is that of all facts', async () => {
    const whole = openWorkspace(await current().store.loadPerson(ANNA))
    const working = await openWorking(await deps(), ANNA, undefined)
    assert.equal(whole.partial, false)
    assert.equal(working.partial, true)
    const intakes = ({ resources }: Workspace) =>
      [...resources.values()].filter(({ type }) => type === 'MedicationAdministration').length
    assert.equal(intakes(whole), SIZE.intakes)
    assert.ok(intakes(working) > 50 && intakes(working) < 80, `${intakes(working)}`)
    assert.equal(whole.resources.size - working.resources.size, intakes(whole) - intakes(working))
    const fromAll = await derived(whole)
    assert.ok(fromAll.writes.length > 3)
    assert.deepEqual(await derived(working), fromAll)
  })

  it('finds an old intake that is written again, by its id', async () => {
    const { store } = current()
    const body: MedicationAdministration = {
      ...(newIntake(ANNA, Date.parse('2024-02-01T08:00:00Z'), 0, SIZE) as MedicationAdministration),
      id: 'ma-0',
      identifier: [{ system: 'http://stafett.internal/fhir/sid/dose', value: 'urn/D-1/0' }],
      note: [{ text: 'Rettet' }],
    }
    const request = { method: 'update', type: body.resourceType, id: 'ma-0', body, clientId: 'test' } as const
    const written = await writeResource(await deps(), request)
    assert.deepEqual([written.status, written.version], [200, 2])
    assert.equal((await store.read('MedicationAdministration', 'ma-0'))?.version, 2)
  })

  it('keeps the natural key with an old intake that has it', async () => {
    const { store } = current()
    const { id: _id, ...told } = newIntake(ANNA, NOW, 0, SIZE) as MedicationAdministration
    const body = {
      ...told,
      identifier: [{ system: 'http://stafett.internal/fhir/sid/dose', value: 'urn/D-1/0' }],
    }
    const written = await writeResource(await deps(), {
      method: 'create',
      type: 'MedicationAdministration',
      body,
      clientId: 'test',
    })
    assert.equal(written.status, 201)
    const key = await keyOf(ANNA, written.id)
    assert.equal(key, `id|${written.id}`)
    assert.equal((await store.read('MedicationAdministration', 'ma-0'))?.version, 1)
  })

  const keyOf = async (person: PersonId, id: string): Promise<string | undefined> =>
    (await current().store.loadPerson(person)).resources.get(`MedicationAdministration/${id}`)?.key
})
