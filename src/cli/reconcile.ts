/** `stafett reconcile`: what a sender has an acknowledgement for, and the hub has not. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { CommandError, type HubClient } from './hub-client.js'

interface Sent {
  readonly sender: string
  readonly messageId: string
}

const BATCH = 1_000

/**
 * @param file a line a message: sender, tab, message id
 * @returns exit code: 1 when messages are missing; each is printed as it stood in the file
 */
export async function reconcile(hub: HubClient, channel: string, file: string): Promise<number> {
  const found = { checked: 0, missing: 0 }
  const ask = async (messages: readonly Sent[]) => {
    const reply = await hub.post('/ops/reconcile', JSON.stringify({ channel, messages }))
    if (reply.status !== 200) throw new CommandError(`the hub answered ${reply.status}: ${reply.text}`)
    const { checked, missing } = JSON.parse(reply.text) as { checked: number; missing: Sent[] } // docs/surfaces.md
    found.checked += checked
    found.missing += missing.length
    for (const { sender, messageId } of missing) console.log(`${sender}\t${messageId}`)
  }
  let batch: Sent[] = []
  for await (const sent of sentIn(file)) {
    batch.push(sent)
    if (batch.length < BATCH) continue
    await ask(batch)
    batch = []
  }
  if (batch.length > 0) await ask(batch)
  console.error(`${found.missing} of ${found.checked} messages are not in the hub`)
  return found.missing === 0 ? 0 : 1
}

/** @throws CommandError for a file that cannot be read, or a line that is none of these */
async function* sentIn(file: string): AsyncGenerator<Sent> {
  const input = createReadStream(file)
  const failed = new Promise<never>((_, reject) => {
    input.on('error', (cause) => reject(new CommandError(`cannot read ${file}`, { cause })))
  })
  failed.catch(() => undefined)
  await Promise.race([failed, new Promise((resolve) => input.once('open', resolve))])
  let number = 0
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (line === '') continue
    const tab = line.indexOf('\t')
    if (tab < 1) throw new CommandError(`${file}, line ${number}: must be sender, tab, message id`)
    yield { sender: line.slice(0, tab), messageId: line.slice(tab + 1) }
  }
}
