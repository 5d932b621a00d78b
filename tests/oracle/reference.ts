/**
 * The reference: a quiet hub, alone on a database of its own, that is told the same messages one at a time and works
 * each off before it hears the next. What it ends with is what any hub must end with, whatever happened to it.
 */
import { rm } from 'node:fs/promises'
import { openParts } from '../../src/composition/parts.js'
import { SURFACES } from '../../src/composition/protocols.js'
import { parseConfig } from '../../src/config.js'
import type { LaneKey } from '../../src/core/ids.js'
import type { Channel, ChannelProtocol } from '../../src/core/message.js'
import { receiveMessage } from '../../src/hub/receive-message.js'
import { workLane } from '../../src/hub/work-lane.js'
import { openEmbedded } from '../../src/store/database.js'
import { newDataFolder } from '../support/data-folder.js'
import { type HubState, type MessageRow, readHubState } from './hub-state.js'

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined }
/** Rows that a fault killed are not told; whether they may be dead is for the invariants to say. */
const KILLED_BY_FAULTS = new Set(['CRASHES_WORKER', 'UNEXPECTED'])

export const diedOfFaults = ({ state, reason_code }: MessageRow): boolean =>
  state === 'dead' && reason_code !== null && KILLED_BY_FAULTS.has(reason_code)

/** @param messages in order of arrival, as the hub under test stored them */
export async function referenceState(messages: readonly MessageRow[]): Promise<HubState> {
  const folder = await newDataFolder('stafett-reference-')
  try {
    await tellQuietHub(folder, messages)
    const database = await openEmbedded(folder)
    try {
      return await readHubState(database)
    } finally {
      await database.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function tellQuietHub(folder: string, messages: readonly MessageRow[]): Promise<void> {
  const config = { ...parseConfig({ DATA_DIR: folder }), roles: new Set([]) }
  const closers: (() => Promise<unknown>)[] = []
  try {
    const parts = await openParts(config, SILENT, { closers, isDraining: () => false, env: {} })
    const told = new Set<string>()
    for (const row of messages) {
      const identity = JSON.stringify([row.channel, row.sender, row.message_id])
      // One body may hold several parts, which came in together.
      if (row.body === null || told.has(identity) || row.parent_id !== null || diedOfFaults(row)) continue
      told.add(identity)
      const clock = () => row.received_at.getTime()
      const rung: LaneKey[] = []
      const workAll = async () => {
        for (const lane of rung.splice(0)) while (await workLane({ ...parts.deps, clock }, lane));
      }
      // An answer that comes with the effect is asked for again after each wait.
      const intake = { ...parts.intake, clock, ring: (lane: LaneKey) => void rung.push(lane), wait: workAll }
      await receiveMessage(intake, protocolOf(row.channel), row.body, row.content_type)
      await workAll()
    }
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

function protocolOf(channel: Channel): ChannelProtocol {
  for (const protocol of SURFACES.values()) if (protocol.channel === channel) return protocol
  throw new TypeError(`the reference takes no messages of ${channel}`)
}
