/** Supplies and intakes as what rule 5 has to place. */
import type { FactSet, Intake, Medicine, Row, Supply, TreatmentKey } from '../facts/fact.js'

export interface Item {
  readonly fact: Supply | Intake | Row
  readonly medicine: Medicine
  readonly keys: readonly TreatmentKey[]
  readonly from: number
  readonly to: number
}

/** A sachet of known content once for each medicine in it. The same objects as long as their facts are the same. */
export function itemsOf({ supplies, intakes }: FactSet): Item[] {
  const parents = new Set<string>()
  for (const { partOf } of intakes) for (const token of partOf) parents.add(token)
  const items: Item[] = []
  for (const supply of supplies) if (supply.status !== 'other') items.push(supplyItem(supply))
  for (const intake of intakes) {
    if (intake.outcome === 'error') continue
    // What is told medicine by medicine is not counted a second time from the sachet.
    if (intake.sachet && (parents.has(intake.ref) || parents.has(intake.key))) continue
    for (const item of intakeItems(intake)) items.push(item)
  }
  return items
}

const supplyItems = new WeakMap<Supply, Item>()

function supplyItem(fact: Supply): Item {
  const known = supplyItems.get(fact)
  if (known !== undefined) return known
  const at = fact.handedOver ?? { from: fact.receivedAt, to: fact.receivedAt }
  const item: Item = { fact, medicine: fact.medicine, keys: fact.keys, from: at.from, to: at.to }
  supplyItems.set(fact, item)
  return item
}

const itemsOfIntake = new WeakMap<Intake, readonly Item[]>()

function intakeItems(fact: Intake): readonly Item[] {
  const known = itemsOfIntake.get(fact)
  if (known !== undefined) return known
  const at = fact.at ?? { from: fact.receivedAt, to: fact.receivedAt }
  const from = fact.scheduled === undefined || fact.outcome === 'taken' ? at.from : fact.scheduled
  const keys = fact.sachet ? NO_KEYS : fact.keys
  const to = Math.max(from, at.to)
  const items = fact.medicines.map((medicine): Item => ({ fact, medicine, keys, from, to }))
  itemsOfIntake.set(fact, items)
  return items
}

const NO_KEYS: readonly TreatmentKey[] = []
