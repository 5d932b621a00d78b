/** What operations on the shared list have in common. */
import type { List, MedicationStatement, Provenance, Reference } from 'fhir/r4.js'
import { HubError } from '../../core/errors.js'
import type { Authorship } from '../../core/message.js'
import type { OperationCall, PersonView } from './client-operation.js'
import { authorOf, firstNamed } from './parameters.js'

/** @throws HubError NOT_FOUND when the URL names another List than the shared one */
export function listOf({ person, target }: OperationCall): NonNullable<PersonView['list']> {
  const { list } = person
  if (list === undefined || list.id !== target.id)
    throw new HubError('NOT_FOUND', 'this is not the shared list of the patient')
  return list
}

export type WorkingList = NonNullable<PersonView['list']>['resource']

const CURRENT: ReadonlySet<string> = new Set(['active', 'intended', 'on-hold', 'unknown'])
export const isCurrent = ({ status }: MedicationStatement): boolean => CURRENT.has(status)

/** Lines of the list that are not closed by it. */
export function currentLines(person: PersonView, list: WorkingList): MedicationStatement[] {
  return (list.entry ?? []).flatMap(({ item }) => {
    const line = person.find(item.reference ?? '')?.resource
    return line?.resourceType === 'MedicationStatement' && isCurrent(line) ? [line] : []
  })
}

export function listAnswer({ list }: PersonView): List {
  if (list === undefined) throw new HubError('UNEXPECTED', 'an operation left no list')
  return list.resource
}

/** A fact about what was done to the list, by whom. The patient is among its targets, as of every Provenance. */
export function provenanceOf(
  { newId, now, parameters, person }: OperationCall,
  { entity, target, ...said }: Pick<Provenance, 'activity' | 'entity' | 'extension' | 'target'>,
): Provenance {
  const author = authorOf(parameters)
  const onBehalfOf = firstNamed(parameters, 'onBehalfOf')?.valueReference
  const role = firstNamed(parameters, 'role')?.valueCodeableConcept
  return {
    resourceType: 'Provenance',
    id: newId(),
    ...said,
    target: [...target, { reference: person.patientRef }],
    occurredDateTime: now,
    recorded: now,
    agent: [
      {
        type: {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' },
          ],
        },
        ...(role === undefined ? {} : { role: [role] }),
        who: author,
        ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      },
    ],
    ...(entity === undefined ? {} : { entity }),
  }
}

/** The author as Provenance of the message names it. */
export function personAgent({ display, identifier, type }: Reference): NonNullable<Authorship['author']> {
  const { system, value } = identifier ?? {}
  return {
    type: type ?? 'Practitioner',
    ...(system === undefined || value === undefined ? {} : { identifier: { system, value } }),
    ...(display === undefined ? {} : { display }),
  }
}
