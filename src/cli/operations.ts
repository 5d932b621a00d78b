/** Commands of operators: what waits and failed, and running it again. */
import { setTimeout as wait } from 'node:timers/promises'
import { CommandError, type HubClient, type HubReply } from './hub-client.js'

export interface MessageOptions {
  readonly state?: string | undefined
  readonly channel?: string | undefined
  readonly fingerprint?: string | undefined
}

export interface ReplayOptions extends Omit<MessageOptions, 'state'> {
  readonly sender?: string | undefined
  readonly kind?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly expected?: string | undefined
  readonly 'dry-run'?: boolean | undefined
}

const PROGRESS_MS = 500

/** Inbox rows, newest first. */
export async function messages(hub: HubClient, options: MessageOptions): Promise<number> {
  const { state, channel, fingerprint } = options
  return print(await hub.get(`/ops/messages${queryOf({ state, channel, fingerprint })}`))
}

/** Dead letters in groups of one cause, the largest first. */
export async function deadLetters(hub: HubClient, channel: string | undefined): Promise<number> {
  const reply = await hub.get(`/ops/dead-letters${queryOf({ channel })}`)
  if (reply.status !== 200) return print(reply)
  const { groups } = JSON.parse(reply.text) as { groups: Group[] } // docs/surfaces.md
  for (const { count, fingerprint, code, channel: of, kind, at, text } of groups)
    console.log(`${String(count).padStart(7)}  ${fingerprint}  ${code}  ${of} ${kind}  ${at ?? ''}  ${text}`)
  if (groups.length === 0) console.log('no dead letters')
  return 0
}

interface Group {
  readonly count: number
  readonly fingerprint: string
  readonly code: string
  readonly channel: string
  readonly kind: string
  readonly at?: string
  readonly text: string
}

/**
 * With ids each of them at once; with a filter as a task: without `--expected` it is only counted, with it started and
 * followed to its end.
 */
export async function replay(
  hub: HubClient,
  ids: readonly string[],
  options: ReplayOptions,
): Promise<number> {
  const { channel, fingerprint, sender, kind, from, to } = options
  const filter = { channel, fingerprint, sender, kind, receivedFrom: from, receivedTo: to }
  const filtered = Object.values(filter).some((value) => value !== undefined)
  if (ids.length > 0 && filtered) throw new CommandError('either ids or a filter, not both')
  if (!filtered && ids.length === 0) throw new CommandError('which? give ids or a filter')
  if (options.expected !== undefined && !/^\d{1,9}$/.test(options.expected))
    throw new CommandError('--expected must be the count that the same filter gave without it')
  const asked = ids.length > 0 ? { ids } : filter
  if (options['dry-run'] === true || (filtered && options.expected === undefined)) {
    const reply = await post(hub, { filter: asked, dryRun: true })
    const code = print(reply)
    if (code === 0 && filtered) console.log('run it with --expected <count>')
    return code
  }
  return filtered ? follow(hub, asked, Number(options.expected)) : replayEach(hub, ids)
}

async function replayEach(hub: HubClient, ids: readonly string[]): Promise<number> {
  let failed = 0
  for (const id of ids) {
    const reply = await hub.post(`/ops/messages/${encodeURIComponent(id)}/replay`)
    if (reply.status >= 400) failed += 1
    console.log(`${id}: ${reply.status}`)
  }
  return failed === 0 ? 0 : 1
}

async function follow(hub: HubClient, filter: object, expected: number): Promise<number> {
  const started = await post(hub, { filter, expected })
  if (started.status !== 202) return print(started)
  const { id } = JSON.parse(started.text) as { id: string } // docs/surfaces.md
  console.log(`replay ${id}`)
  for (let shown = ''; ; ) {
    const { text } = await hub.get(`/ops/replays/${id}`)
    const task = JSON.parse(text) as { state: string; replayed: number; refused: number; outcomes: object }
    const line = `${task.state}: ${task.replayed + task.refused} of ${expected} ${JSON.stringify(task.outcomes)}`
    if (line !== shown) console.log(line)
    shown = line
    if (task.state !== 'running') return task.state === 'done' ? 0 : 1
    await wait(PROGRESS_MS)
  }
}

const post = (hub: HubClient, body: object): Promise<HubReply> =>
  hub.post('/ops/replays', JSON.stringify(body))

function print({ status, text }: HubReply): number {
  console.log(text)
  return status < 400 ? 0 : 1
}

function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value)
  return query.size === 0 ? '' : `?${query}`
}
