/** I-8: what is planted in every name must turn up in no log, metric, job and address. */
import type { Rig } from '../support/rig.js'
import type { Acknowledged } from './invariants.js'
import { MARKER } from './story.js'

/** Searches what the hubs of a rig left outside the database. */
export async function markersIn(
  rig: Rig,
  url: string,
  acknowledged: readonly Acknowledged[],
): Promise<string[]> {
  const planted = plantedIn(acknowledged)
  const places: Record<string, string> = {
    'the log': rig.logs(),
    metrics: await textOf(`${url}/metrics`),
    'the list of messages': await textOf(`${url}/ops/messages?limit=500`),
    Redis: rig.redis === undefined ? '' : await redisDump(rig.redis.command),
  }
  return Object.entries(places)
    .filter(([, text]) => planted.some((marker) => text.includes(marker)))
    .map(([place]) => `I-8: a planted name or number stands in ${place}`)
}

/** Names, national numbers and local numbers of the people that the senders told of. */
const plantedIn = (acknowledged: readonly Acknowledged[]): string[] => [
  MARKER,
  ...new Set(
    acknowledged.flatMap(({ body }) => body.match(/(?<=<Id>)\d{11}(?=<)|(?<=\|)L\d{6}(?=\^)/g) ?? []),
  ),
]

const textOf = async (url: string): Promise<string> => (await fetch(url)).text()

type Command = (...words: [string, ...string[]]) => Promise<unknown>

/** Keys and values, whatever their type. */
async function redisDump(command: Command): Promise<string> {
  const keys = (await command('KEYS', '*')) as string[] // KEYS answers a list of texts
  const values = await Promise.all(
    keys.map(async (key) => {
      const reads: Readonly<Record<string, [string, ...string[]]>> = {
        string: ['GET', key],
        hash: ['HGETALL', key],
        list: ['LRANGE', key, '0', '-1'],
        set: ['SMEMBERS', key],
        zset: ['ZRANGE', key, '0', '-1'],
        stream: ['XRANGE', key, '-', '+'],
      }
      const read = reads[String(await command('TYPE', key))]
      return read === undefined ? '' : JSON.stringify(await command(...read))
    }),
  )
  return [...keys, ...values].join('\n')
}
