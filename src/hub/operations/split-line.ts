/** `List/{id}/$split-line`: facts that the keys put together are two treatments (medication-list.md 3.3). */
import { codeSystemUrl } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import type { ClientOperation, OperationCall, OperationEffect } from './client-operation.js'
import { entitiesOf, factRefs, lineOf, versioned } from './line-parts.js'
import { isCurrent, listAnswer, listOf, personAgent, provenanceOf } from './list-operation.js'
import { authorOf, firstNamed, partsNamed } from './parameters.js'

export const splitLine: ClientOperation = { name: 'split-line', ifMatch: 'list-version', apply }

const DECIDES = /^Medication(Request|Statement)\//

function apply(call: OperationCall): OperationEffect {
  const list = listOf(call)
  const { parameters, person } = call
  const author = authorOf(parameters)
  const line = lineOf(person, firstNamed(parameters, 'line')?.valueId, 'line')
  if (!isCurrent(line)) throw new HubError('RESOURCE_INVALID', 'the line is not on the list', { at: 'line' })
  const named = new Set(
    partsNamed(parameters, 'fact').flatMap(({ valueReference }) => valueReference?.reference ?? []),
  )
  const facts = factRefs(line).filter((ref) => DECIDES.test(ref))
  const away = facts.filter((ref) => named.has(ref))
  const stay = facts.filter((ref) => !named.has(ref))
  if (away.length < named.size)
    throw new HubError('RESOURCE_INVALID', 'a fact is named that does not decide about this line', {
      at: 'fact',
    })
  if (stay.length === 0)
    throw new HubError('RESOURCE_INVALID', 'something that decides stays with the line', { at: 'fact' })
  const split = provenanceOf(call, {
    activity: { coding: [{ system: codeSystemUrl('medlist-activity'), code: 'split' }] },
    target: [{ reference: versioned(line) }, { reference: `List/${list.id}/_history/${list.version}` }],
    entity: [...entitiesOf('removal', away), ...entitiesOf('source', stay)],
  })
  return { resources: [split], author: personAgent(author), answer: listAnswer }
}
