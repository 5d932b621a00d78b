/** Parts of operators' requests that several routes read. */
import type { Request } from 'express'
import { ERRORS, HubError } from '../core/errors.js'
import type { Channel } from '../core/message.js'
import type { Failure } from '../store/inbox.js'
import type { ApiDeps } from './deps.js'

export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
export const FINGERPRINT = /^[0-9a-f]{16}$/
export const CHANNELS: readonly Channel[] = ['hl7v2', 'eresept', 'sfm', 'devices', 'fhir']

/** Who asks: the name under which what they do is written down. */
export const admit = async (deps: Pick<ApiDeps, 'callerOf'>, request: Request): Promise<string> =>
  (await deps.callerOf({ authorization: request.headers.authorization })).clientId

/** Single parameters by name. @throws HubError QUERY_INVALID for one given twice, and for unknown ones */
export function parametersOf<Name extends string>(
  query: Request['query'],
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {}
  for (const [given, value] of Object.entries(query)) {
    const name = names.find((known) => known === given)
    if (name === undefined)
      throw invalid(
        /^[a-z]{1,20}$/.test(given) ? given : 'query',
        names.length === 0 ? 'takes no parameters' : `parameters are ${names.join(', ')}`,
      )
    if (typeof value !== 'string') throw invalid(name, 'given more than once')
    found[name] = value
  }
  return found
}

/** @throws HubError QUERY_INVALID */
export function limitOf(text: string | undefined, fallback: number, max: number): number {
  if (text === undefined) return fallback
  if (!/^[1-9]\d{0,5}$/.test(text)) throw invalid('limit', 'must be a whole number from 1')
  return Math.min(Number(text), max)
}

/** @throws HubError QUERY_INVALID */
export function channelOf(text: string | undefined): Channel | undefined {
  if (text === undefined) return undefined
  const channel = CHANNELS.find((known) => known === text)
  if (channel === undefined) throw invalid('channel', `must be one of ${CHANNELS.join(', ')}`)
  return channel
}

/** With its class (reliability.md 4); null where there is none. */
export const reasonJson = (reason: Failure | undefined) =>
  reason === undefined ? null : { ...reason, class: ERRORS[reason.code].fate }

export const invalid = (at: string, rule: string): HubError => new HubError('QUERY_INVALID', rule, { at })
