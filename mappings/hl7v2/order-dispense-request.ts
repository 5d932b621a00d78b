/** Amounts, repeats, validity and pharmacy of an order as dispenseRequest (hl7v2.md 5.1, 5.3). */
import type { MedicationRequestDispenseRequest, Quantity } from 'fhir/r4.js'
import { UCUM } from '../../src/core/canonical.js'
import type { OrderGroup } from './order-groups.js'
import { cweToOrganization } from './parties.js'
import { readAmount, readCompositeQuantity, readCount, readQuantity } from './quantity.js'
import { readDateTime, type Scope } from './scope.js'
import type { SegmentReader, ValueReader } from './trail.js'

export function dispenseRequestOf(
  group: OrderGroup,
  scope: Scope,
): MedicationRequestDispenseRequest | undefined {
  const rxe = group.rxe?.head
  const rxo = group.rxo?.head
  const quantity = simpleAmount(rxe, 10, 11, scope) ?? simpleAmount(rxo, 11, 12, scope)
  const repeats = countAt(rxe, 12) ?? countAt(rxo, 13)
  const start = readDateTime(scope, group.orc.head.field(15))
  const first = rxe === undefined ? undefined : withoutComparator(rxe.field(39), scope)
  const interval = rxo === undefined ? undefined : intervalDays(rxo.field(28))
  const pharmacy = rxe === undefined ? undefined : cweToOrganization(rxe.field(40), scope)
  const performer = pharmacy ?? (rxo === undefined ? undefined : cweToOrganization(rxo.field(32), scope))
  const request: MedicationRequestDispenseRequest = {
    ...(first === undefined ? {} : { initialFill: { quantity: first } }),
    ...(interval === undefined ? {} : { dispenseInterval: interval }),
    ...(start === undefined ? {} : { validityPeriod: { start } }),
    ...(repeats === undefined ? {} : { numberOfRepeatsAllowed: repeats }),
    ...(quantity === undefined ? {} : { quantity }),
    ...(performer === undefined ? {} : { performer }),
  }
  return Object.keys(request).length === 0 ? undefined : request
}

/** R4 rule sqt-1: no comparator. */
function simpleAmount(
  segment: SegmentReader | undefined,
  amount: number,
  unit: number,
  scope: Scope,
): Quantity | undefined {
  if (segment === undefined) return undefined
  const quantity = readQuantity(segment.field(amount), segment.field(unit), scope)
  if (quantity?.comparator === undefined) return quantity
  segment.field(amount).reject('invalid-value')
  return undefined
}

function withoutComparator(value: ValueReader, scope: Scope): Quantity | undefined {
  const quantity = readCompositeQuantity(value, scope)
  if (quantity?.comparator === undefined) return quantity
  value.reject('invalid-value')
  return undefined
}

function countAt(segment: SegmentReader | undefined, field: number): number | undefined {
  const text = segment?.text(field)
  if (text === undefined) return undefined
  const count = readCount(text)
  if (count === undefined) segment?.field(field).reject('invalid-value')
  return count
}

/** RXO-28: days. */
function intervalDays(value: ValueReader): Quantity | undefined {
  const text = value.text()
  const amount = text === undefined ? undefined : readAmount(text)
  if (text !== undefined && (amount === undefined || amount.comparator !== undefined))
    value.reject('invalid-value')
  if (amount === undefined || amount.comparator !== undefined) return undefined
  return { ...amount, unit: 'd', system: UCUM, code: 'd' }
}
