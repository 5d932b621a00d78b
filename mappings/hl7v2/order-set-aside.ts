/** What of an order group does not count, and why: RXO beside RXE, and changes that were not made (hl7v2.md 5). */
import type { CodeableConcept, MedicationRequest } from 'fhir/r4.js'
import { substitutionCode } from './order-context.js'
import type { OrderGroup } from './order-groups.js'

/** RXO-9 says what is allowed; what was done (RXE-9) is the dispense's. */
export function allowedSubstitution(group: OrderGroup): Pick<MedicationRequest, 'substitution'> {
  const code = group.rxo?.head.text(9)
  if (code === undefined) return {}
  if (!['N', 'G', 'T'].includes(code)) {
    group.rxo?.head.field(9).reject('unknown-code')
    return {}
  }
  return { substitution: { allowedCodeableConcept: substitutionCode(code, '0161') } }
}

/** What the pharmacy verified (RXE) counts; what the prescriber wrote beside it is kept as superseded. */
export function setRxoAside(group: OrderGroup, medication: CodeableConcept | undefined): void {
  if (group.rxo === undefined) return
  const ordered = group.rxo.head.field(1)
  const words = [ordered.text(1), ordered.text(2)].filter((word) => word !== undefined)
  const same =
    words.length === 0 ||
    words.some(
      (word) => medication?.text === word || medication?.coding?.some(({ code }) => code === word) === true,
    )
  const note = same ? 'RXE counts' : 'RXE counts, and names another medication'
  ordered.setAside('superseded', note)
  for (const reader of [group.rxo.head, ...group.rxo.routes, ...group.rxo.components, ...group.rxo.timing])
    reader.setAside('superseded', note)
  if ((group.rxe?.timing.length ?? 0) > 0)
    for (const reader of group.orc.timing) reader.setAside('superseded', 'the timing of RXE counts')
}

/** Nothing of the group is read as fact. */
export function setGroupAside(group: OrderGroup, note: string): void {
  for (const part of [group.orc, group.rxo, group.rxe, group.rxd])
    for (const reader of part === undefined
      ? []
      : [part.head, ...part.timing, ...part.routes, ...part.components, ...part.notes])
      reader.setAside('administrative', note)
}
