/** sfm-MedicationDispense → the report of a dispense that an M10 would be; packed periods of M25.3 (norwegian-fhir.md 2.6). */
import type { Amendment } from '../../src/core/message.js'
import { idIdentity } from '../kith/build.js'
import { isDate } from '../kith/dates.js'
import type { Frame } from '../kith/frame.js'
import { PACKAGE_UNIT } from '../kith/m1-to-medication-request.js'
import type { DispenseReport, Intervensjon, Utlevering } from '../kith/m10.js'
import { m10ToMedicationDispense } from '../kith/m10-to-medication-dispense.js'
import type { SisteUtlevering } from '../kith/m25.js'
import { packedToMedicationDispense } from '../kith/packed-to-medication-dispense.js'
import { resolve, type SfmDocument } from './document.js'
import { child, children, extension, extensions, flag, type Node, text } from './json-trail.js'
import { readProduct } from './medication.js'
import { partyOf } from './parties.js'
import { readPrescribed } from './prescribed.js'
import { REGISTER_COPY, type SfmStatement } from './statement.js'
import { rowOf } from './statement-to-row.js'
import { codedValue, dayValue, numeral, textValue, typedIdentifier } from './values.js'

/** Adds the dispense. Undefined where it has no id of its own or names no prescription: then it is told as unmapped. */
export function dispenseToMedicationDispense(
  frame: Frame,
  document: SfmDocument,
  node: Node,
  statements: ReadonlyMap<Node, SfmStatement>,
): readonly Amendment[] {
  const id = typedIdentifier(node, 'M10id')
  const report = reportOf(document, node, statements)
  if (id === undefined || report === undefined) {
    frame.unmapped.push({
      at: node.at,
      reason: 'invalid-value',
      note: 'a dispense without id, day or prescription',
    })
    return []
  }
  return m10ToMedicationDispense(frame, report, {
    identity: idIdentity(id, frame.sender, 'MsgId'),
    order: REGISTER_COPY + frame.order,
  })
}

function reportOf(
  document: SfmDocument,
  node: Node,
  statements: ReadonlyMap<Node, SfmStatement>,
): DispenseReport | undefined {
  const info = extension(node, 'sfm-dispenseinfo')
  const prescribed = children(node, 'authorizingPrescription').flatMap(
    (one) => resolve(document.byUrl, one) ?? [],
  )[0]
  const reseptId =
    (prescribed && statements.get(prescribed)?.reseptId) ?? textValue(extension(info, 'prescriptionid'))
  textValue(extension(info, 'prescriptionid'))
  const day = text(node, 'whenHandedOver')?.slice(0, 'YYYY-MM-DD'.length)
  if (reseptId === undefined || day === undefined || !isDate(day)) return undefined
  for (const name of ['subject']) resolve(document.byUrl, child(node, name))
  flag(child(node, 'substitution'), 'wasSubstituted')
  const performer = children(node, 'performer').map((one) => partyOf(document, child(one, 'actor')))
  const organisation = performer.find((party) => party.organisation !== undefined)?.organisation
  const pharmacist = performer.find((party) => party.person !== undefined)?.person
  const dok = suppliedOf(document, node)
  const concluded = flag(extension(info, 'concluded'), 'valueBoolean')
  const reserved = flag(extension(info, 'substitutionreservationcustomer'), 'valueBoolean')
  const cancelled = flag(extension(info, 'cancellation'), 'valueBoolean') ?? false
  const utlevering: Utlevering = {
    reseptId,
    utleveringsdato: day,
    annullering: cancelled || text(node, 'status') === 'entered-in-error',
    ...(concluded === undefined ? {} : { avsluttet: { V: concluded ? '1' : '2' } }),
    ...(reserved === undefined ? {} : { byttereservasjonKunde: reserved }),
    ...(dok === undefined ? {} : { dok }),
    utleverer: {
      ...(organisation?.ident === undefined ? {} : { herId: organisation.ident }),
      ...(organisation?.name === undefined ? {} : { navn: organisation.name }),
    },
    intervensjoner: extensions(node, 'sfm-Intervention').map(interventionOf),
  }
  return {
    utlevering,
    egenandeler: [],
    ...(pharmacist?.hprId === undefined ? {} : { ansattId: pharmacist.hprId.id }),
  }
}

/** What was handed out: the product, packages, and the label's words. */
function suppliedOf(document: SfmDocument, node: Node): Utlevering['dok'] {
  const reference = child(node, 'medicationReference')
  const product = readProduct(resolve(document.byUrl, reference), text(reference, 'display'))
  if (product === undefined) return undefined
  const words = children(node, 'dosageInstruction').flatMap((one) => text(one, 'text') ?? [])
  const quantity = child(node, 'quantity')
  const value = numeral(quantity, 'value')
  const unit = text(quantity, 'unit')
  // SFM counts packages, and says no unit.
  const packages = unit === undefined || unit === PACKAGE_UNIT ? value : undefined
  const { dok } = readPrescribed(node, product)
  return {
    ...dok,
    ...(packages === undefined ? {} : { antall: packages }),
    ...(value === undefined || packages !== undefined || unit === undefined
      ? {}
      : { mengde: { V: value, U: unit } }),
    forskrivning: {
      ...dok.forskrivning,
      ...(words.length === 0 ? {} : { dosVeiledEnkel: words.join('\n') }),
    },
  }
}

function interventionOf(node: Node): Intervensjon {
  const kode = codedValue(extension(node, 'code'))
  const endringsType = codedValue(extension(node, 'changeType'))
  const konfKunde = flag(extension(node, 'confCustomer'), 'valueBoolean')
  const begrunnelse = textValue(extension(node, 'reason'))
  return {
    ...(kode === undefined ? {} : { kode }),
    ...(endringsType === undefined ? {} : { endringsType }),
    ...(konfKunde === undefined ? {} : { konfKunde }),
    ...(begrunnelse === undefined ? {} : { begrunnelse }),
  }
}

/** What the pharmacy packed of a treatment, for which days: one deliveryinformation of the M25.3. */
export function deliveryToPacked(
  frame: Frame,
  document: SfmDocument,
  delivery: Node,
  statements: ReadonlyMap<Node, SfmStatement>,
): readonly Amendment[] {
  const statement = referred(document, delivery, 'prescriptionId')
  const told = statement && statements.get(statement)
  const dispense = referred(document, delivery, 'deliverydoc')
  const first = dayValue(extension(delivery, 'datefirstdose'))
  const last = dayValue(extension(delivery, 'datelastdose'))
  const row = told && rowOf(frame, told)
  const report = dispense && reportOf(document, dispense, statements)
  if (row === undefined || report === undefined || first === undefined || last === undefined) {
    frame.unmapped.push({
      at: delivery.at,
      reason: 'invalid-value',
      note: 'a delivery without days, treatment or dispense',
    })
    return []
  }
  const refM10 = textValue(extension(delivery, 'refM10'))
  const repacked = codedValue(extension(delivery, 'repacking'))
  const packed: SisteUtlevering = {
    ...(refM10 === undefined ? {} : { refM10 }),
    ...(repacked === undefined ? {} : { ompakkingsgrunn: repacked }),
    forsteDose: first,
    sisteDose: last,
    report,
    at: delivery.at,
  }
  return packedToMedicationDispense(frame, [{ ...row, utleveringer: [packed] }]).flatMap(
    ({ amendments }) => amendments,
  )
}

const referred = (document: SfmDocument, delivery: Node, name: string): Node | undefined =>
  resolve(document.byUrl, child(extension(delivery, name), 'valueReference'))
