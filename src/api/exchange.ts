/** One FHIR request and its answer, without express: interactions and operations are functions from one to the other. */
import type { Caller } from './deps.js'

export interface QueryPair {
  readonly name: string
  readonly value: string
}

export interface Preferences {
  readonly handling: 'strict' | 'lenient'
  readonly return: 'minimal' | 'representation' | 'OperationOutcome'
}

/** What a path below `/fhir` names. */
export type Target =
  | { readonly kind: 'metadata' }
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'search'; readonly type: string }
  | { readonly kind: 'instance'; readonly type: string; readonly id: string }
  | { readonly kind: 'history'; readonly type: string; readonly id: string }
  | { readonly kind: 'version'; readonly type: string; readonly id: string; readonly version: string }
  | {
      readonly kind: 'operation'
      readonly type: string
      readonly id: string | undefined
      readonly code: string
    }

export interface FhirRequest {
  readonly method: string
  /** Decoded, in order; `_format` and `_pretty` are already taken out. */
  readonly query: readonly QueryPair[]
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined
  /** @throws HubError MESSAGE_TOO_LARGE, REQUEST_TIMEOUT, MEDIA_TYPE_UNSUPPORTED */
  readonly body: (bytesMax: number) => Promise<Uint8Array>
  readonly caller: Caller
  readonly prefer: Preferences
  /** Media type of the answer that was agreed on, without parameters. */
  readonly accepted: string
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON text, or bytes of the media type that was asked for; absent for 204, 304 and `return=minimal`. */
  readonly body?: string | Uint8Array
}

export const entityTag = (version: number): string => `W/"${version}"`
export const httpDate = (instant: string): string => new Date(instant).toUTCString()
/** Base of all FHIR links. */
export const fhirBase = (publicUrl: string): string => `${publicUrl}/fhir`
