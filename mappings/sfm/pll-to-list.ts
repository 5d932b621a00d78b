/** The PLL of the document → List, the snapshot that its M25.1 is, with its rows (eresept.md 11.5). */
import type { List, Reference } from 'fhir/r4.js'
import { SUBJECT_REFERENCE } from '../../src/core/message.js'
import { filled, identifier, idIdentity, keyOf, logical } from '../kith/build.js'
import { isDateTime, startOfDay, toDateTime, toUtc } from '../kith/dates.js'
import type { Frame } from '../kith/frame.js'
import { roleExtension } from '../kith/m25-entry-to-medication-statement.js'
import { helsepersonReference, organisasjonReference, someoneAt } from '../kith/parties.js'
import type { Rolle } from '../kith/roles.js'
import { asOrganisasjon, type Party } from './parties.js'
import { type Info, PLL } from './pll-info.js'
import type { SfmStatement } from './statement.js'
import { rowOf, statementToRow } from './statement-to-row.js'

const MESSAGE_TYPE = 'http://ehelse.no/fhir/CodeSystem/sfm-message-type'

/**
 * What the document repeats of a message that came by itself stands just below that message: its order is the same second,
 * without the fraction.
 */
export function addPll(frame: Frame, infos: readonly Info[], statements: readonly SfmStatement[]): void {
  const info = infos.find(({ kind }) => kind === PLL)
  const date = info?.date
  const genDate =
    date === undefined
      ? frame.genDate
      : isDateTime(date)
        ? toDateTime(date, frame.zone)
        : startOfDay(date, frame.zone)
  const own: Frame = { ...frame, genDate, order: repeatedOrder(genDate, frame), resources: frame.resources }
  const rows = statements.filter((statement) => statement.head === undefined)
  for (const statement of rows) statementToRow(own, statement)
  if (info?.id === undefined) return
  const message = idIdentity(info.id, frame.sender, 'MsgId')
  const roles: Rolle[] = info.parties.flatMap(rolleOf)
  const resource: List = {
    resourceType: 'List',
    ...filled(
      'extension',
      roles.flatMap((role) =>
        roleExtension(
          role,
          role.helseperson === undefined
            ? organisasjonReference(frame, role.organisasjon ?? {})
            : helsepersonReference(frame, role.helseperson),
        ),
      ),
    ),
    identifier: [identifier(message, 'MsgId')],
    status: 'current',
    mode: 'snapshot',
    code: { coding: [{ system: MESSAGE_TYPE, code: PLL }], text: 'Legemidler i bruk' },
    subject: { reference: SUBJECT_REFERENCE },
    date: genDate,
    source: authorOf(frame, info.author),
    ...filled(
      'entry',
      rows.flatMap((statement) => {
        const row = statement.pllId === undefined ? undefined : rowOf(own, statement)
        return row === undefined
          ? []
          : [{ item: logical('MedicationStatement', idIdentity(row.id, frame.sender, 'PLL')) }]
      }),
    ),
  }
  frame.resources.push({ key: keyOf(message), resource, order: own.order, scope: 'person' })
}

const repeatedOrder = (genDate: string, frame: Frame): string =>
  `${toUtc(genDate, frame.zone).slice(0, 'YYYY-MM-DDThh:mm:ss'.length)} ${frame.order}`

function authorOf(frame: Frame, { organisation, person }: Party): Reference {
  if (person !== undefined) return helsepersonReference(frame, person)
  return organisation === undefined
    ? frame.author.type === 'Practitioner'
      ? frame.author
      : someoneAt(frame, frame.author)
    : someoneAt(frame, organisasjonReference(frame, asOrganisasjon(organisation)))
}

const rolleOf = ({ party, role }: Info['parties'][number]): Rolle[] => {
  if (role === undefined) return []
  if (party.person !== undefined) return [{ rolle: { V: role }, helseperson: party.person }]
  return party.organisation === undefined
    ? []
    : [{ rolle: { V: role }, organisasjon: asOrganisasjon(party.organisation) }]
}
