/**
 * Contract of a client operation: a FHIR operation that writes. It is a message like any other (channel `fhir`): applied in
 * the patient's lane after everything before it, all or nothing, in one transaction with the list that follows from it
 * (reliability.md rule 3.11; docs/client-operations.md).
 */
import type { FhirResource, List, Parameters } from 'fhir/r4.js'
import type { Authorship } from '../../core/message.js'
import type { NewId } from '../../core/ports.js'
import type { StoredResource } from '../../core/stored.js'
import type { ListConfig, ListInput, ProductKnowledge } from '../../medication-list/contract.js'

type Of<T extends FhirResource['resourceType']> = Extract<FhirResource, { resourceType: T }>

/** The person's resources as they are: `apply` sees them before the operation, `answer` after it. */
export interface PersonView {
  /** `Patient/<id>`. */
  readonly patientRef: string
  /** The shared list, once there is one. */
  readonly list: { readonly id: string; readonly version: number; readonly resource: List } | undefined
  /** @param ref `<type>/<id>`, as the hub knows it; any version behind it is left out */
  readonly find: (ref: string) => StoredResource | undefined
  readonly all: () => Iterable<StoredResource>
  /** Facts and derived ones, in no order. */
  readonly ofType: <T extends FhirResource['resourceType']>(type: T) => readonly Of<T>[]
}

export interface OperationCall {
  /** What the URL names, in its newest version. */
  readonly target: StoredResource
  readonly person: PersonView
  /** Valid R4, with declared names only. */
  readonly parameters: Parameters
  readonly clientId: string
  /** T, ISO instant. */
  readonly now: string
  readonly newId: NewId
  readonly config: ListConfig
  readonly products: ProductKnowledge
  /** What the engine is given of the person at T. */
  readonly engine: () => ListInput
}

export interface OperationEffect {
  /**
   * Whole resources of layer `fact`, each with its id: one that the person has (a new version of it), or one of `newId`.
   * They may refer to each other. Content that is stored already makes no version; where all are, nothing is stored at all.
   */
  readonly resources: readonly FhirResource[]
  /** Who did it; the client as Device where absent. */
  readonly author?: Authorship['author']
  readonly onBehalfOf?: Authorship['onBehalfOf']
  /** @param after the person with the resources and the list derived from them; their versions are final */
  readonly answer: (after: PersonView) => FhirResource
}

export interface ClientOperation {
  /** Code of its OperationDefinition, and so the name in the URL. */
  readonly name: string
  /** `list-version`: If-Match names the version of the shared list; absent 428, another one 412. */
  readonly ifMatch: 'list-version' | 'none'
  /** The hub's own, of which nothing is heard from a source. */
  readonly internal?: true
  /**
   * Pure. What it does not take it refuses by throwing; nothing is stored then.
   * @throws HubError of any code; its status is what the client gets
   */
  readonly apply: (call: OperationCall) => OperationEffect
}

/** What a client asks for. */
export interface OperationRequest {
  readonly operation: string
  readonly type: string
  readonly id: string
  readonly parameters: Parameters
  /** Versions of `If-Match`, of which one must be the list's. */
  readonly ifMatch: readonly number[] | undefined
  readonly clientId: string
  /** The client's own name of this request: the same again gets the first one's answer. */
  readonly key: string | undefined
}

export interface OperationResult {
  /** The answered resource. */
  readonly text: string
}
