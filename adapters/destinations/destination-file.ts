/** The file that STAFETT_DESTINATIONS names: `{"destinations": [{"id", "kind", …}]}` (docs/outbox.md). */
import type { Destination } from '../../src/core/delivery.js'
import type { DestinationBase, DestinationIo, DestinationKind } from './destination-kind.js'
import { type Environment, type Fields, readFields } from './fields.js'

const DESTINATIONS_MAX = 200
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/
const EXPIRES_S_MAX = 30 * 86_400

export interface DestinationFile {
  readonly open: (io: DestinationIo) => readonly Destination[]
  /** All of them; then nothing may be opened. Places and rules, no values. */
  readonly faults: readonly string[]
}

export function parseDestinationFile(
  text: string,
  env: Environment,
  kinds: readonly DestinationKind[],
): DestinationFile {
  const faults: string[] = []
  const opens = entriesOf(text, faults).map((entry, index) =>
    readEntry(readFields(entry, `destinations[${index}]`, env, faults), kinds),
  )
  const ids = opens.map(({ id }) => id).filter((id) => id !== '')
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index)))
    faults.push(`destinations: ${id} stands there twice`)
  return { faults, open: (io) => opens.flatMap(({ open }) => (open === undefined ? [] : [open(io)])) }
}

function entriesOf(text: string, faults: string[]): readonly unknown[] {
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch {
    faults.push('the file is no JSON')
    return []
  }
  const entries: unknown =
    typeof file === 'object' && file !== null ? Reflect.get(file, 'destinations') : undefined
  if (!Array.isArray(entries)) {
    faults.push('the file must be {"destinations": […]}')
    return []
  }
  if (entries.length > DESTINATIONS_MAX) {
    faults.push(`destinations: at most ${DESTINATIONS_MAX}`)
    return []
  }
  return entries
}

interface Entry {
  readonly id: string
  readonly open: ((io: DestinationIo) => Destination) | undefined
}

function readEntry(fields: Fields, kinds: readonly DestinationKind[]): Entry {
  const id = fields.text('id', ID, 'must be lower-case letters, digits and hyphens, at most 63')
  const name = fields.text('kind', /./, `must be one of ${kinds.map(({ kind }) => kind).join(', ')}`)
  const kind = kinds.find((candidate) => candidate.kind === name)
  const expiresS = fields.integerIfAny('expiresAfterS', 1, EXPIRES_S_MAX)
  const base: DestinationBase = {
    id,
    kind: name,
    ambiguous: fields.oneOf('ambiguous', ['retry', 'stop'] as const, 'retry'),
    ...(expiresS === undefined ? {} : { expiresAfterMs: expiresS * 1_000 }),
  }
  const open = kind?.read(fields, base)
  if (kind === undefined && name !== '')
    fields.fault('kind', `must be one of ${kinds.map((known) => known.kind).join(', ')}`)
  // What belongs to an unknown kind is not known either.
  if (kind !== undefined) fields.finish()
  return { id, open }
}
