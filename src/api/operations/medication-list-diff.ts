/** `$medication-list-diff`: what became of the list between two instants (medication-list.md 10). */
import { CANONICAL_BASE } from '../../core/canonical.js'
import { HubError } from '../../core/errors.js'
import { namedPatient } from './named-patient.js'
import type { FhirOperation, OperationInput } from './operation.js'

export const medicationListDiffOperation: FhirOperation = {
  definition: `${CANONICAL_BASE}/OperationDefinition/medication-list-diff`,
  handle: async (deps, input) => {
    const person = await namedPatient(deps.store, input)
    const diff = await deps.medicationListDiff(person, {
      from: given(input, 'from'),
      to: given(input, 'to'),
    })
    if (diff === undefined) throw new HubError('NOT_FOUND', 'no such patient')
    return { status: 200, headers: {}, body: JSON.stringify(diff) }
  },
}

/** That there is one the OperationDefinition says. */
const given = ({ parameters }: OperationInput, name: string): string => String(parameters.get(name)?.[0])
