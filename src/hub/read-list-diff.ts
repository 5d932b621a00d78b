/** What became of a person's list between two instants, each as it was known then (medication-list.md 10). */
import type { List, MedicationStatement, Parameters, ParametersParameter } from 'fhir/r4.js'
import { HubError } from '../core/errors.js'
import type { PersonId } from '../core/ids.js'
import {
  type FieldChange,
  type LineDiff,
  listDiff,
  nameOfLine,
} from '../medication-list/history/list-diff.js'
import type { Store } from '../store/contract.js'
import { bundleIn, listIn, resourcesIn } from './list-answer.js'
import { type AsOfDeps, asOf, readListAsOf } from './read-as-of.js'

export interface DiffDeps extends AsOfDeps {
  readonly store: AsOfDeps['store'] & Pick<Store, 'history'>
}

/** Versions of one line that are looked through for how it ended. */
const LINE_VERSIONS_MAX = 1_000

/**
 * @returns undefined when the person is unknown
 * @throws HubError QUERY_INVALID naming `from` or `to`; LANE_BUSY
 */
export async function readListDiff(
  deps: DiffDeps,
  person: PersonId,
  asked: { readonly from: string; readonly to: string },
): Promise<Parameters | undefined> {
  const [from, to] = [instant(deps, 'from', asked.from), instant(deps, 'to', asked.to)]
  if (from > to) throw new HubError('QUERY_INVALID', 'lies before from', { at: 'to' })
  const [before, after] = [await listAt(deps, person, from), await listAt(deps, person, to)]
  if (before === undefined || after === undefined) return undefined
  const ended = await endings(deps, before.lines, after.lines, to)
  const diffs = listDiff(before.lines, after.lines, (id) => ended.get(id))
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'from', part: instantParts(from, before.list) },
      { name: 'to', part: instantParts(to, after.list) },
      ...diffs.map(diffParameter),
    ],
  }
}

function instant(deps: Pick<AsOfDeps, 'clock'>, name: string, text: string): string {
  try {
    return asOf({ at: text }, deps.clock()).at
  } catch (error) {
    throw error instanceof HubError ? new HubError(error.code, error.message, { at: name }) : error
  }
}

interface ListThen {
  readonly list: List
  readonly lines: readonly MedicationStatement[]
}

async function listAt(deps: AsOfDeps, person: PersonId, at: string): Promise<ListThen | undefined> {
  const answer = await readListAsOf(deps, person, { at }, [])
  if (answer === undefined) return undefined
  const bundle = bundleIn(answer)
  return {
    list: listIn(bundle),
    lines: resourcesIn(bundle).filter((one) => one.resourceType === 'MedicationStatement'),
  }
}

/** How lines that are no longer on the list ended: as they stood at the later instant. */
async function endings(
  { store }: DiffDeps,
  before: readonly MedicationStatement[],
  after: readonly MedicationStatement[],
  to: string,
): Promise<ReadonlyMap<string, MedicationStatement>> {
  const present = new Set(after.map(({ id }) => id))
  const ended = new Map<string, MedicationStatement>()
  for (const { id } of before) {
    if (id === undefined || present.has(id)) continue
    const versions = await store.history('MedicationStatement', id, LINE_VERSIONS_MAX, undefined)
    const then = versions.find(({ deleted, lastUpdated }) => !deleted && lastUpdated <= to)
    // A version of a line, which the hub wrote.
    if (then !== undefined) ended.set(id, JSON.parse(then.text) as MedicationStatement)
  }
  return ended
}

const instantParts = (at: string, { id, meta }: List): ParametersParameter[] => [
  { name: 'at', valueInstant: at },
  ...(id === undefined || meta?.versionId === undefined
    ? []
    : [
        {
          name: 'list',
          valueReference: { reference: `List/${id}/_history/${meta.versionId}`, type: 'List' },
        },
      ]),
]

function diffParameter({ kind, line, fields }: LineDiff): ParametersParameter {
  const display = nameOfLine(line)
  const [survivor] = line.partOf ?? []
  return {
    name: kind,
    part: [
      {
        name: 'line',
        valueReference: {
          reference: `MedicationStatement/${line.id}/_history/${line.meta?.versionId}`,
          type: 'MedicationStatement',
          ...(display === undefined ? {} : { display }),
        },
      },
      ...(kind === 'stopped' && survivor !== undefined
        ? [{ name: 'goes-on-in', valueReference: survivor }]
        : []),
      ...fields.map(fieldPart),
    ],
  }
}

const fieldPart = ({ path, from, to }: FieldChange): ParametersParameter => ({
  name: 'field',
  part: [{ name: 'path', valueString: path }, ...text('from', from), ...text('to', to)],
})

const text = (name: string, value: string | undefined): ParametersParameter[] =>
  value === undefined || value === '' ? [] : [{ name, valueString: value }]
