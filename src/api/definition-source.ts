/** The hub's own definitions (fhir-profiles), read and searched in memory by the same clauses as the store. */
import { createHash } from 'node:crypto'
import type { FhirResource } from 'fhir/r4.js'
import { dateRange } from '../core/date-range.js'
import { indexResource } from '../core/search-parameters.js'
import { type ClauseSubject, matchesAll } from './clause-match.js'
import type { ReadingStore } from './deps.js'

export type ResourceSource = Pick<ReadingStore, 'read' | 'search' | 'countMatches'>

/** `lastUpdated` of a definition is its own date, and its version a hash of its content: the same on every process. */
export function definitionSource(definitions: readonly FhirResource[], loadedAt: string): ResourceSource {
  const subjects = definitions.map((definition) => subjectOf(definition, loadedAt)).sort(byId)
  const byPlace = new Map(
    subjects.map((subject) => [`${subject.found.type}/${subject.found.id}`, subject.found]),
  )
  const matches = (request: Parameters<ResourceSource['countMatches']>[0]): ClauseSubject[] =>
    subjects
      .filter(({ found }) => found.type === request.type)
      .filter((subject) => matchesAll(subject, request.clauses))
  return {
    read: async (type, id) => byPlace.get(`${type}/${id}`),
    search: async (request) => {
      const { after } = request
      return matches(request)
        .map(({ found }) => found)
        .filter(({ id }) => after === undefined || id > after.id)
        .slice(0, request.count)
    },
    countMatches: async (request) => matches(request).length,
  }
}

function subjectOf(definition: FhirResource, loadedAt: string): ClauseSubject {
  const content = JSON.stringify(definition)
  // 48 bits of a hash fit a whole number and change with the content.
  const version = Number.parseInt(createHash('sha256').update(content).digest('hex').slice(0, 12), 16)
  const date = 'date' in definition && typeof definition.date === 'string' ? definition.date : ''
  const lastUpdated = dateRange(date, 'UTC')?.[0] ?? loadedAt
  const text = JSON.stringify({
    ...definition,
    meta: { ...definition.meta, versionId: String(version), lastUpdated },
  })
  return {
    found: {
      type: definition.resourceType,
      id: definition.id ?? '',
      version,
      text,
      lastUpdated,
      deleted: false,
      personId: '',
    },
    index: indexResource(definition, 'UTC'),
  }
}

const byId = (a: ClauseSubject, b: ClauseSubject): number =>
  a.found.id < b.found.id ? -1 : a.found.id > b.found.id ? 1 : 0
