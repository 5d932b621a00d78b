import assert from 'node:assert/strict'
import type { Task } from 'fhir/r4.js'
import { messageId, personId } from '../../src/core/ids.js'
import { finishDraft, openDraft } from '../../src/hub/draft.js'
import { stageProposals } from '../../src/hub/stage-proposals.js'
import { emptyWorkspace } from '../../src/hub/workspace.js'
import { derive, intake, prescription } from '../support/clinical-facts.js'
import { testValidation } from '../support/validation.js'

describe('proposed links', () => {
  it('stand as valid Tasks while their question does, and are done when it is gone', async () => {
    const validation = await testValidation()
    const workspace = emptyWorkspace(personId('person-1'))
    const stageAt = (now: string, proposals: readonly Task[]): string[] => {
      const draft = openDraft(workspace, new Map(), messageId(`m-${now}`), Date.parse(now))
      stageProposals(draft, proposals)
      return finishDraft(draft, (resource) => validation.validate(resource)).map(({ stored }) =>
        stored.resource.resourceType === 'Task' ? stored.resource.status : stored.type,
      )
    }
    const { proposals } = derive([
      prescription('p', { brand: 'ID_PARACET' }),
      intake('i', '2026-11-20T08:00:00+01:00', { brand: 'ID_PINEX' }),
    ])
    assert.equal(proposals.length, 1)
    assert.deepEqual(stageAt('2026-11-20T08:00:00Z', proposals), ['requested'])
    assert.deepEqual(stageAt('2026-11-20T09:00:00Z', proposals), [], 'nothing new')
    assert.deepEqual(stageAt('2026-11-20T10:00:00Z', []), ['completed'])
    assert.deepEqual(stageAt('2026-11-20T11:00:00Z', proposals), ['requested'], 'asked again')
  })
})
