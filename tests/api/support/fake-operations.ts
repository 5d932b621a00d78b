/** What operators ask of the store, as the fake hub has it. */
import type { Parameters } from 'fhir/r4.js'
import type { ReadingStore } from '../../../src/api/deps.js'
import { laneKey, type MessageId, personId } from '../../../src/core/ids.js'
import type { Channel } from '../../../src/core/message.js'
import type { ReplayTask } from '../../../src/store/replay-contract.js'

const AT = '2026-03-01T11:00:00.000Z'

export function fakeOperations(
  id: MessageId,
): Pick<
  ReadingStore,
  | 'missingMessages'
  | 'timeline'
  | 'lanes'
  | 'channels'
  | 'deadLetters'
  | 'parkChannel'
  | 'resumeChannel'
  | 'previewReplay'
  | 'startReplay'
  | 'replayTasks'
  | 'replayTask'
  | 'turnReplay'
  | 'alerts'
  | 'partners'
  | 'jobs'
  | 'processReports'
  | 'listChain'
  | 'personsAfter'
> {
  const parked = new Map<Channel, string>()
  const tasks: ReplayTask[] = []
  const broken = { version: 2, fault: 'content' as const }
  return {
    personsAfter: async (after, limit) =>
      ['p-1', 'p-2', 'p-3']
        .filter((one) => one > after)
        .slice(0, limit)
        .map(personId),
    listChain: async (person) =>
      person === 'nobody'
        ? undefined
        : { versions: 3, unchained: 1, head: 'f00d', broken: person === 'p-2' ? broken : undefined },
    missingMessages: async (_channel, sent) => sent.filter(({ messageId }) => messageId === 'lost'),
    timeline: async () => [{ step: 'received', at: AT, by: 'stafett/0/1', trace: undefined }],
    lanes: async (limit) => ({
      counts: { due: 1, leased: 0, retry: 0, parked: 0, blocked: 0 },
      lanes: [
        {
          lane: laneKey('p-1'),
          state: 'due' as const,
          waiting: 2,
          head: {
            id,
            channel: 'hl7v2' as const,
            kind: 'RDE^O11',
            receivedAt: AT,
            dueAt: AT,
            attempts: 1,
            reason: { code: 'STORE_UNAVAILABLE' as const, text: 'away' },
          },
          leasedBy: undefined,
          leaseUntil: undefined,
        },
      ].slice(0, limit),
    }),
    channels: async () => [
      {
        channel: 'hl7v2',
        waiting: 2,
        dead: 1,
        oldestWaitingS: 3,
        parked: parked.has('hl7v2') ? { since: AT, by: parked.get('hl7v2'), reason: undefined } : undefined,
      },
    ],
    deadLetters: async ({ channel }) =>
      channel === 'devices'
        ? []
        : [
            {
              fingerprint: 'b5bb9d8014a0f9b1',
              channel: 'hl7v2',
              kind: 'RDE^O11',
              code: 'MESSAGE_INVALID',
              text: 'dose has no unit',
              at: 'RXE-5',
              stack: undefined,
              count: 3,
              senders: 1,
              oldestReceivedAt: AT,
              newestReceivedAt: AT,
              newestId: id,
            },
          ],
    parkChannel: async (channel, who) => {
      if (parked.has(channel)) return false
      parked.set(channel, who)
      return true
    },
    resumeChannel: async (channel) => parked.delete(channel),
    previewReplay: async () => ({ count: 1, lanes: 1, oldestReceivedAt: AT, newestReceivedAt: AT }),
    startReplay: async (task, filter, expected, askedBy) => {
      if (expected !== 1) return { kind: 'count-differs', count: 1 }
      tasks.unshift({
        id: task,
        state: 'running',
        askedBy,
        askedAt: AT,
        endedAt: undefined,
        filter,
        expected,
        replayed: 0,
        refused: 0,
        outcomes: {},
      })
      return { kind: 'started' }
    },
    alerts: async (openOnly) => [
      {
        id: 'a-1',
        name: 'dead-letters',
        subject: 'hl7v2',
        detail: { count: 3 },
        beganAt: AT,
        endedAt: undefined,
      },
      ...(openOnly
        ? []
        : [
            {
              id: 'a-0',
              name: 'lease-lost',
              subject: 'stafett/0/1',
              detail: { count: 1 },
              beganAt: AT,
              endedAt: AT,
            },
          ]),
    ],
    partners: async () => [
      {
        channel: 'hl7v2',
        sender: 'EPJ|GP',
        firstHeard: AT,
        lastHeard: AT,
        lastDone: AT,
        silentS: 60,
        knownS: 60,
        usualGapS: 0,
      },
    ],
    jobs: async () => [{ name: 'alerts', startedAt: AT, endedAt: AT, by: 'stafett/0/1', failures: 0 }],
    processReports: async () => [],
    replayTasks: async (limit) => tasks.slice(0, limit),
    replayTask: async (task) => tasks.find((one) => one.id === task),
    turnReplay: async (task, to) => {
      const index = tasks.findIndex((one) => one.id === task)
      const found = tasks[index]
      const from = to === 'running' ? 'paused' : 'running'
      if (found === undefined || (found.state !== from && to !== 'cancelled')) return false
      tasks[index] = { ...found, state: to }
      return true
    },
  }
}

export const fakeDiff = (from: string, to: string): Parameters => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'from', valueInstant: from },
    { name: 'to', valueInstant: to },
  ],
})
