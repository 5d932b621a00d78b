/** RDE and RDS from typed message to mapped facts: the person first, then one order group after the other. */
import type { Identity, MapContext, Mapped } from '../../src/core/message.js'
import { orderAuthorship, readOrderNumbers } from './order-context.js'
import { type OrderGroup, orderGroups } from './order-groups.js'
import { readPatientContext, senderAgent, sourceOf } from './patient-context.js'
import { type MappedOrder, rdeToMedicationRequest } from './rde-to-medication-request.js'
import { dispenseTime, rdsToMedicationDispense } from './rds-to-medication-dispense.js'
import { openScope, type Scope } from './scope.js'
import type { Hl7Message, Segment } from './tree.js'

/** @throws HubError MESSAGE_INVALID */
export function mapRde(message: Hl7Message, context: MapContext): Mapped {
  const scope = openScope(message, context)
  const groups = orderGroups(scope)
  const person = readPatientContext(beforeOrders(message), scope, undefined)
  const orders = groups.map((group, index) =>
    rdeToMedicationRequest(group, {
      scope,
      pv1: person.pv1,
      encounter: person.encounter,
      replaced: replacedBefore(groups, index, scope),
    }),
  )
  return mappedOf(scope, 'hospital', person, orders, scope.sentAt)
}

/** @throws HubError MESSAGE_INVALID */
export function mapRds(message: Hl7Message, context: MapContext): Mapped {
  const scope = openScope(message, context)
  const groups = orderGroups(scope)
  const person = readPatientContext(beforeOrders(message), scope, undefined)
  const orders = groups.map((group) => rdsToMedicationDispense(group, scope, person.encounter))
  const [first] = groups
  return mappedOf(
    scope,
    'pharmacy',
    person,
    orders,
    first === undefined ? scope.sentAt : dispenseTime(first, scope),
  )
}

/** The PATIENT group ends at the first ORC. */
function beforeOrders(message: Hl7Message): readonly Segment[] {
  const end = message.segments.findIndex((segment) => segment.name === 'ORC')
  return end < 0 ? message.segments : message.segments.slice(0, end)
}

/** The nearest RP group before an RO of the same message. */
function replacedBefore(groups: readonly OrderGroup[], index: number, scope: Scope): Identity | undefined {
  for (let i = index - 1; i >= 0; i--) {
    const orc = groups[i]?.orc.head
    if (orc?.text(1) === 'RP') return readOrderNumbers(orc, scope).key
  }
  return undefined
}

function mappedOf(
  scope: Scope,
  role: 'hospital' | 'pharmacy',
  person: ReturnType<typeof readPatientContext>,
  orders: readonly MappedOrder[],
  recorded: string,
): Mapped {
  const [first] = orders
  return {
    source: sourceOf(scope, role),
    authorship: orderAuthorship(recorded, first?.people, first?.control, senderAgent(scope)),
    resources: [
      ...scope.parties.values(),
      ...person.resources,
      ...orders.flatMap((order) => order.resources),
    ],
    amendments: [...person.amendments, ...orders.flatMap((order) => order.amendments)],
    identifiers: person.identities,
    unmapped: scope.trail.unmapped(scope.message.segments),
  }
}
