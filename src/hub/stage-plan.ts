import type { Line } from '../medication-list/contract.js'
import { planRequestId } from '../medication-list/lines/plan-request.js'
import type { Draft } from './draft.js'
import { stageDerived } from './stage-derived.js'

/** A plan that a prescription took over, or whose line ended, is no current treatment any more. */
export function stagePlan(draft: Draft, { id, plan, statement }: Line): void {
  if (plan?.id !== undefined) {
    stageDerived(draft, plan, plan.id, '')
    return
  }
  const former = draft.workspace.resources.get(`MedicationRequest/${planRequestId(id)}`)?.resource
  if (former?.resourceType !== 'MedicationRequest' || former.id === undefined) return
  if (former.status !== 'active' && former.status !== 'on-hold') return
  const { status } = statement
  const { versionId: _versionId, lastUpdated: _lastUpdated, ...meta } = former.meta ?? {}
  stageDerived(
    draft,
    { ...former, meta, status: status === 'stopped' || status === 'entered-in-error' ? status : 'completed' },
    former.id,
    '',
  )
}
