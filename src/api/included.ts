/** `_include` (R4 search, 3.1.1.5.5): what the found resources refer to, each once, read in the version that is named. */
import { HubError } from '../core/errors.js'
import type { SearchParameter } from '../core/search-parameter-table.js'
import { referencesBy, searchParameter } from '../core/search-parameters.js'
import type { FoundResource } from '../store/views.js'
import type { ApiContext } from './context.js'
import { RESOURCE_TABLE } from './resource-table.js'

export interface Include {
  readonly parameter: SearchParameter
  /** Type that the target must have. */
  readonly target: string | undefined
}

/** Included resources of one page. */
const INCLUDED_MAX = 500
/** Read beside each other. */
const READS_AT_ONCE = 8

export const isIncludable = ({ type, own }: SearchParameter): boolean =>
  (type === 'reference' || type === 'person') && own !== true

/** @returns undefined where it is not an include of this type */
export function readInclude(type: string, value: string): Include | undefined {
  const [source, name = '', target, ...rest] = value.split(':')
  const parameter = searchParameter(type, name)
  if (source !== type || rest.length > 0 || parameter === undefined || !isIncludable(parameter))
    return undefined
  if (target !== undefined && parameter.targets?.includes(target) !== true) return undefined
  return { parameter, target }
}

/** @throws HubError TOO_COSTLY */
export async function included(
  context: ApiContext,
  includes: readonly Include[],
  found: readonly FoundResource[],
): Promise<FoundResource[]> {
  if (includes.length === 0) return []
  const here = new Set(found.map(({ type, id }) => `${type}/${id}`))
  const wanted = new Set<string>()
  for (const { text } of found) {
    // Stored by us.
    const resource = JSON.parse(text) as object
    for (const { parameter, target } of includes)
      for (const reference of referencesBy(resource, parameter)) {
        const [type = '', id = ''] = reference.split('/')
        if (id === '' || here.has(`${type}/${id}`) || !RESOURCE_TABLE.has(type)) continue
        if (target === undefined || target === type) wanted.add(reference)
      }
  }
  if (wanted.size > INCLUDED_MAX)
    throw new HubError(
      'TOO_COSTLY',
      `_include leads to more than ${INCLUDED_MAX} resources: ask for a smaller page`,
      {
        at: '_include',
      },
    )
  const references = [...wanted]
  const read: (FoundResource | undefined)[] = []
  for (let from = 0; from < references.length; from += READS_AT_ONCE)
    read.push(
      ...(await Promise.all(
        references.slice(from, from + READS_AT_ONCE).map((one) => readOne(context, one)),
      )),
    )
  return read.filter((one): one is FoundResource => one !== undefined && !one.deleted)
}

async function readOne(
  { deps, sourceOf }: ApiContext,
  reference: string,
): Promise<FoundResource | undefined> {
  const [type = '', id = '', history, version] = reference.split('/')
  return history === '_history' ? deps.store.vread(type, id, Number(version)) : sourceOf(type).read(type, id)
}
