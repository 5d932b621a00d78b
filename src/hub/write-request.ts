/** What a FHIR create or update asks for, and what it gives. */
import type { FhirResource } from 'fhir/r4.js'
import type { Identity } from '../core/message.js'

export type WriteCondition =
  | (Identity & { readonly kind: 'identifier' })
  | { readonly kind: 'id'; readonly id: string }

export interface WriteRequest {
  readonly method: 'create' | 'update'
  readonly type: string
  /** Of an update by id. */
  readonly id?: string
  readonly body: FhirResource
  /** Versions of `If-Match`; one of them must be the current one. */
  readonly ifMatch?: readonly number[]
  /** `If-None-Exist` of a create, search part of a conditional update. */
  readonly condition?: WriteCondition
  readonly clientId: string
}

export interface WriteResult {
  readonly status: 200 | 201
  readonly text: string
  readonly id: string
  readonly version: number
  readonly lastUpdated: string
}
