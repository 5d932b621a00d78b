/** The body of `POST /ops/replays`: `{filter, dryRun?, expected?}`, read strictly. */
import { HubError, type Problem } from '../core/errors.js'
import { messageId } from '../core/ids.js'
import type { ReplayFilter } from '../store/replay-contract.js'
import { isObject } from './fhir-json.js'
import { CHANNELS, FINGERPRINT, UUID } from './ops-query.js'

export interface ReplayRequest {
  readonly filter: ReplayFilter
  readonly dryRun: boolean
  /** The count that the asker saw in a dry run. */
  readonly expected: number | undefined
}

export const REPLAY_IDS_MAX = 1_000
const TEXT_CHARS_MAX = 256
const EXPECTED_MAX = 100_000_000

type Check = (value: unknown) => boolean
const text: Check = (value) => typeof value === 'string' && value !== '' && value.length <= TEXT_CHARS_MAX
const instant: Check = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/.test(value) &&
  !Number.isNaN(Date.parse(value))

const FILTERS: Readonly<Record<keyof ReplayFilter, readonly [rule: string, check: Check]>> = {
  fingerprint: [
    'must be that of a group of dead letters',
    (value) => typeof value === 'string' && FINGERPRINT.test(value),
  ],
  channel: [`must be one of ${CHANNELS.join(', ')}`, (value) => CHANNELS.some((known) => known === value)],
  sender: [`must be a text of at most ${TEXT_CHARS_MAX} characters`, text],
  kind: [`must be a text of at most ${TEXT_CHARS_MAX} characters`, text],
  receivedFrom: ['must be an instant with its offset', instant],
  receivedTo: ['must be an instant with its offset', instant],
  ids: [
    `must be 1 to ${REPLAY_IDS_MAX} ids of messages`,
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.length <= REPLAY_IDS_MAX &&
      value.every((id) => typeof id === 'string' && UUID.test(id)),
  ],
}

/** @throws HubError MESSAGE_UNREADABLE for what is no JSON object, MESSAGE_INVALID with every problem */
export function parseReplayRequest(body: string): ReplayRequest {
  const given = parseObject(body)
  const problems: Problem[] = []
  const { filter, dryRun, expected, ...unknown } = given
  for (const name of Object.keys(unknown)) problems.push({ at: pointer(name), text: 'is not known' })
  if (dryRun !== undefined && typeof dryRun !== 'boolean')
    problems.push({ at: '/dryRun', text: 'must be true or false' })
  if (expected !== undefined && !isCount(expected))
    problems.push({ at: '/expected', text: 'must be a count of messages' })
  if (!isObject(filter) || Object.keys(filter).length === 0)
    problems.push({ at: '/filter', text: `must name at least one of ${Object.keys(FILTERS).join(', ')}` })
  else
    for (const [name, value] of Object.entries(filter)) {
      const known = Object.entries(FILTERS).find(([key]) => key === name)?.[1]
      if (known === undefined) problems.push({ at: `/filter${pointer(name)}`, text: 'is not known' })
      else if (!known[1](value)) problems.push({ at: `/filter/${name}`, text: known[0] })
    }
  if (problems.length > 0)
    throw new HubError('MESSAGE_INVALID', 'the request breaks rules', { issues: problems })
  return {
    filter: filterOf(filter),
    dryRun: dryRun === true,
    expected: isCount(expected) ? expected : undefined,
  }
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= EXPECTED_MAX

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    if (isObject(value)) return value
  } catch {
    // Told below.
  }
  throw new HubError('MESSAGE_UNREADABLE', 'the body must be a JSON object')
}

/** Every value was checked by FILTERS. */
function filterOf(value: unknown): ReplayFilter {
  const filter = value as ReplayFilter
  return filter.ids === undefined ? filter : { ...filter, ids: filter.ids.map(messageId) }
}

/** Names are the asker's own text. */
const pointer = (name: string): string => (/^\w{1,40}$/.test(name) ? `/${name}` : '/(unreadable name)')
