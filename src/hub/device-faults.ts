/** Alerts of devices that nothing has closed yet, of all vendors: conditions of the device, its supply, its plan. */
import type { DetectedIssue } from 'fhir/r4.js'
import { codeSystemUrl } from '../core/canonical.js'
import { anySystemToken, systemToken } from '../core/search-tokens.js'
import type { Store } from '../store/contract.js'
import type { FoundResource } from '../store/views.js'

/** Codes and references only: who has the device stands in the DetectedIssue. */
export interface DeviceFault {
  /** `DetectedIssue/<id>`. */
  readonly alert: string
  /** Of `device-event-kind`. */
  readonly kind: string
  readonly severity: string | undefined
  /** As the event said it. */
  readonly since: string | undefined
  /** `Device/<id>`; absent while the device is not registered. */
  readonly device: string | undefined
  readonly model: string | undefined
  /** Of `device-fault`. */
  readonly component: string | undefined
}

export interface FaultPage {
  readonly faults: readonly DeviceFault[]
  /** Where the next page begins; absent at the end. */
  readonly next: string | undefined
}

/** @param after of the page before */
export async function openDeviceFaults(
  store: Pick<Store, 'search'>,
  limit: number,
  after: string | undefined,
): Promise<FaultPage> {
  const token = (param: string, anyOf: string) => ({ kind: 'token', param, anyOf: [anyOf] }) as const
  const found = await store.search({
    type: 'DetectedIssue',
    clauses: [
      token('code', systemToken('code', codeSystemUrl('device-event-kind'))),
      token('status', anySystemToken('status', 'preliminary')),
    ],
    count: limit,
    after: after === undefined ? undefined : { id: after },
  })
  return {
    faults: found.map(faultOf).filter(({ kind }) => !kind.startsWith('dose.')),
    next: found.length === limit ? found.at(-1)?.id : undefined,
  }
}

function faultOf({ id, text }: FoundResource): DeviceFault {
  const issue = JSON.parse(text) as DetectedIssue // The store holds them under this type.
  const codeOf = (codings: DetectedIssue['code'], system: string) =>
    codings?.coding?.find((coding) => coding.system === codeSystemUrl(system))?.code
  const components = (issue.evidence ?? []).flatMap(({ code }) => code ?? [])
  return {
    alert: `DetectedIssue/${id}`,
    kind: codeOf(issue.code, 'device-event-kind') ?? '',
    severity: issue.severity,
    since: issue.identifiedDateTime,
    device: issue.author?.reference,
    model: issue.author?.display,
    component: components.map((code) => codeOf(code, 'device-fault')).find((code) => code !== undefined),
  }
}
