/** A hub with two people and a prescription of each, to search in. */
import { kari, ola, prescription } from './people.js'
import { startTestServer, type TestServer } from './server.js'

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

export interface SearchServer {
  readonly server: TestServer
  readonly kariId: string
  readonly olaId: string
  /** Kari's, active, authored in the first half hour of March in Oslo. */
  readonly first: string
  /** Ola's, stopped, of the tenth of February. */
  readonly second: string
}

export async function startSearchServer(): Promise<SearchServer> {
  const server = await startTestServer()
  const kariId = server.hub.put({ ...kari(), id: 'kari' })
  const olaId = server.hub.put({ ...ola(), id: 'ola' })
  const first = server.hub.put(
    prescription(kariId, {
      id: 'rx-first',
      identifier: [{ system: 'urn:test:recipe', value: 'a|1' }],
      authoredOn: '2026-02-28T23:30:00Z',
      category: [{ coding: [{ code: 'community' }] }],
      requester: {
        type: 'Practitioner',
        identifier: { system: 'urn:oid:2.16.578.1.12.4.1.4.4', value: '9144889' },
      },
    }),
  )
  const second = server.hub.put(
    prescription(olaId, { id: 'rx-second', status: 'stopped', authoredOn: '2026-02-10' }),
  )
  return { server, kariId, olaId, first, second }
}
