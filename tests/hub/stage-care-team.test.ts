import assert from 'node:assert/strict'
import type { CareTeam } from 'fhir/r4.js'
import { extensionUrl, HPR } from '../../src/core/canonical.js'
import { personId } from '../../src/core/ids.js'
import { finishDraft, openDraft, stage } from '../../src/hub/draft.js'
import { stageCareTeam } from '../../src/hub/stage-care-team.js'
import { emptyWorkspace } from '../../src/hub/workspace.js'
import { listConfig } from '../../src/medication-list/defaults.js'

const NOW = Date.parse('2024-03-05T10:00:00Z')
const context = {
  config: listConfig('Europe/Oslo', 'nb'),
  newId: () => '00000000-0000-4000-8000-00000000c001',
  validate: () => [],
}
const registered = (who: string, start: string): CareTeam => ({
  resourceType: 'CareTeam',
  status: 'active',
  identifier: [{ system: 'urn:example', value: `${who}/${start}` }],
  category: [{ coding: [{ code: 'multidose-register' }] }],
  extension: [{ url: extensionUrl('stated-at'), valueDateTime: '2024-01-01T12:00:00+01:00' }],
  participant: [
    {
      role: [
        {
          coding: [
            { system: 'http://stafett.internal/fhir/CodeSystem/care-team-role', code: 'multidose-doctor' },
          ],
        },
      ],
      member: { type: 'Practitioner', identifier: { system: HPR, value: who } },
      period: { start },
    },
  ],
})

function open() {
  const workspace = emptyWorkspace(personId('person-1'))
  const draft = openDraft(workspace, new Map(), undefined, NOW)
  const put = (id: string, content: CareTeam, layer: 'fact' | 'line') => {
    stage(draft, {
      id,
      previous: undefined,
      content,
      key: `id|${id}`,
      order: '',
      layer,
      sourceKey: 'hub',
      shared: false,
    })
    finishDraft(draft, context.validate)
  }
  const teams = () =>
    [...workspace.resources.values()].flatMap(({ resource, layer }) =>
      resource.resourceType === 'CareTeam' && layer === 'line' ? [resource] : [],
    )
  return { draft, put, teams }
}

describe('the CareTeam of a person', () => {
  it('is not there before anybody is registered', () => {
    const { draft, teams } = open()
    assert.deepEqual(stageCareTeam(draft, context, []), [])
    assert.deepEqual(teams(), [])
  })

  it('is written anew only when it has changed', () => {
    const { draft, put, teams } = open()
    put('f1', registered('1', '2024-01-01'), 'fact')
    stageCareTeam(draft, context, [])
    assert.equal(teams().length, 1)
    assert.deepEqual(stageCareTeam(draft, context, []), [])
  })

  it('is one, also where two persons turned out to be one', () => {
    const { draft, put, teams } = open()
    put('f1', registered('1', '2024-01-01'), 'fact')
    put('f2', registered('2', '2024-02-01'), 'fact')
    const former = (id: string): CareTeam => ({ resourceType: 'CareTeam', id, status: 'active' })
    put('b', former('b'), 'line')
    put('a', former('a'), 'line')
    stageCareTeam(draft, context, [])
    stageCareTeam(draft, context, [])
    assert.deepEqual(
      teams()
        .map(({ id, status, participant }) => [id, status, participant?.length])
        .sort(),
      [
        ['a', 'active', 2],
        ['b', 'inactive', undefined],
      ],
    )
  })
})
