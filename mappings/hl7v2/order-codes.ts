/** ORC-1 and ORC-5 as what becomes of an order (hl7v2.md 5.2). */
import type { MedicationDispense, MedicationRequest } from 'fhir/r4.js'

type RequestStatus = MedicationRequest['status']
type DispenseStatus = MedicationDispense['status']

/** What a message does to the order that it names. */
export type OrderEffect =
  /** The order as it is now: its content counts. */
  | { readonly kind: 'content'; readonly status: RequestStatus; readonly statusIsStated: boolean }
  /** The order gets another status; its content is repeated, not decided. */
  | { readonly kind: 'status'; readonly status: RequestStatus }
  /** The change that was asked for did not happen. */
  | { readonly kind: 'none' }

/** Table 0038. */
const STATUS_BY_ORC5: Readonly<Record<string, RequestStatus>> = {
  A: 'active',
  IP: 'active',
  SC: 'active',
  CA: 'cancelled',
  CM: 'completed',
  DC: 'stopped',
  ER: 'entered-in-error',
  HD: 'on-hold',
  RP: 'stopped',
}

/** Table 0119: new or changed content. */
const CONTENT_CONTROLS: ReadonlySet<string> = new Set(
  'NW OK NA OF FU AF PR SN RE RO RU XO XX XR SC SR SS CH PA CN LI UN MC RR OP PY'.split(' '),
)
/** Controls that change the status and nothing else. */
const STATUS_CONTROLS: Readonly<Record<string, RequestStatus>> = {
  CA: 'cancelled',
  OC: 'cancelled',
  CR: 'cancelled',
  DC: 'stopped',
  OD: 'stopped',
  DR: 'stopped',
  RP: 'stopped',
  RQ: 'stopped',
  HD: 'on-hold',
  OH: 'on-hold',
  HR: 'on-hold',
  RL: 'active',
  OE: 'active',
  OR: 'active',
  DE: 'entered-in-error',
}
const NOTHING_HAPPENED: ReadonlySet<string> = new Set(['UA', 'UC', 'UD', 'UF', 'UH', 'UM', 'UR', 'UX', 'DF'])

/** ORC-5 wins over ORC-1. Unknown codes decide nothing: the order stands, with status unknown until another message. */
export function readOrderEffect(control: string | undefined, status: string | undefined): OrderEffect {
  if (control !== undefined && NOTHING_HAPPENED.has(control)) return { kind: 'none' }
  const stated = status === undefined ? undefined : STATUS_BY_ORC5[status]
  const byControl = control === undefined ? undefined : STATUS_CONTROLS[control]
  if (byControl !== undefined) return { kind: 'status', status: stated ?? byControl }
  if (stated !== undefined) return { kind: 'content', status: stated, statusIsStated: true }
  const known = control !== undefined && CONTENT_CONTROLS.has(control)
  return { kind: 'content', status: known ? 'active' : 'unknown', statusIsStated: false }
}

export const isKnownControl = (control: string): boolean =>
  CONTENT_CONTROLS.has(control) || control in STATUS_CONTROLS || NOTHING_HAPPENED.has(control)
export const isKnownStatus = (status: string): boolean => status in STATUS_BY_ORC5

/** Whether ORC-9 is when the content was decided: a new order, its replacement, or a changed one. */
export const isDecision = (control: string | undefined): boolean =>
  control !== undefined && ['NW', 'SN', 'RO', 'RU', 'XO', 'XX', 'XR', 'OP', 'PY'].includes(control)

/** Controls that end or hold: ORC-16 is then the reason of that, else of the order. */
export const isStop = (control: string | undefined): boolean =>
  control !== undefined && (STATUS_CONTROLS[control] ?? 'active') !== 'active'

/** For Provenance. */
export function activityOf(control: string | undefined): string | undefined {
  switch (control) {
    case 'NW':
    case 'SN':
    case 'RO':
    case 'RU':
      return 'CREATE'
    case undefined:
      return undefined
    default:
      return STATUS_CONTROLS[control] === 'cancelled' ? 'CANCEL' : 'UPDATE'
  }
}

/** RDS: ORC-5 for the dispense itself (hl7v2.md 6.2). */
const DISPENSE_BY_ORC5: Readonly<Record<string, DispenseStatus>> = {
  CM: 'completed',
  IP: 'in-progress',
  A: 'in-progress',
  SC: 'preparation',
  HD: 'on-hold',
  CA: 'cancelled',
  DC: 'stopped',
  ER: 'entered-in-error',
  RP: 'stopped',
}
const DISPENSE_BY_ORC1: Readonly<Record<string, DispenseStatus>> = {
  OC: 'cancelled',
  CR: 'cancelled',
  CA: 'cancelled',
  DE: 'entered-in-error',
}

/** @param wasHandedOver RXD-3 stands and RXD-4 is more than nothing */
export function readDispenseStatus(
  control: string | undefined,
  status: string | undefined,
  wasHandedOver: boolean,
): DispenseStatus {
  const stated = status === undefined ? undefined : DISPENSE_BY_ORC5[status]
  const byControl = control === undefined ? undefined : DISPENSE_BY_ORC1[control]
  return stated ?? byControl ?? (wasHandedOver ? 'completed' : 'unknown')
}
