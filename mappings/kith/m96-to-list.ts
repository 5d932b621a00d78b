/** M9.6, M9.4 → what the broker says of each prescription, and of its list as a whole (eresept.md 9). */
import type { Extension, List } from 'fhir/r4.js'
import { type Amendment, SUBJECT_REFERENCE } from '../../src/core/message.js'
import {
  concept,
  ext,
  filled,
  identifier,
  idIdentity,
  keyOf,
  logical,
  money,
  nested,
  quantity,
} from './build.js'
import { toDate, toDateTime } from './dates.js'
import { EXT } from './extensions.js'
import type { Frame } from './frame.js'
import type { AttachedMessage } from './kind.js'
import type { ReseptNedlasting } from './m94.js'
import type { Listeelement, M96, UtlevertVare } from './m96.js'
import { someoneAt } from './parties.js'
import type { Coded } from './reader.js'
import { registerStatus } from './register-status.js'

/** Coding system of SFM for the kind of list message; the hub tells source lists apart by it. */
const MESSAGE_TYPE = 'http://ehelse.no/fhir/CodeSystem/sfm-message-type'

export function m96ToList(frame: Frame, answer: M96): readonly Amendment[] {
  addRegisterList(
    frame,
    'M9.6',
    answer.elementer.map(({ reseptId }) => reseptId),
    {
      ...(answer.statusSok === undefined ? {} : { status: answer.statusSok }),
      ...(answer.lastResept === undefined ? {} : { locked: answer.lastResept }),
      ...(answer.pasientreservasjon === undefined ? {} : { reserved: answer.pasientreservasjon }),
    },
  )
  return answer.elementer.flatMap((element) =>
    registerStatus(frame, entryOf(element), dispensed(frame, element)),
  )
}

interface SearchOutcome {
  /** Volven 7407. */
  readonly status?: Coded
  readonly locked?: boolean
  readonly reserved?: boolean
}

/** The list of prescriptions that the broker had when it answered. */
export function addRegisterList(
  frame: Frame,
  kind: 'M9.2' | 'M9.6' | 'M9.12',
  reseptIds: readonly string[],
  outcome: SearchOutcome,
): void {
  const resource: List = {
    resourceType: 'List',
    ...filled(
      'extension',
      nested(EXT.registerSearch, [
        ext('status', 'valueCodeableConcept', outcome.status && concept(outcome.status, 7407)),
        ext('locked-prescriptions', 'valueBoolean', outcome.locked),
        ext('patient-reservation', 'valueBoolean', outcome.reserved),
      ]),
    ),
    identifier: [identifier(frame.message, 'MsgId')],
    status: 'current',
    mode: 'snapshot',
    code: { coding: [{ system: MESSAGE_TYPE, code: kind }], text: 'Reseptliste' },
    subject: { reference: SUBJECT_REFERENCE },
    date: frame.genDate,
    source: frame.author.type === 'Practitioner' ? frame.author : someoneAt(frame, frame.author),
    ...filled(
      'entry',
      [...new Set(reseptIds)].map((reseptId) => ({
        item: logical('MedicationRequest', idIdentity(reseptId, frame.sender, 'ReseptId')),
      })),
    ),
  }
  // An answer that found nothing may not even say about whom.
  frame.resources.push({
    key: keyOf(frame.message),
    resource,
    order: frame.order,
    scope: 'person',
    onlyWithPerson: true,
  })
}

const entryOf = (element: Listeelement) => ({
  at: element.at,
  reseptId: element.reseptId,
  status: element.status,
  ...(element.navnUtleverer === undefined ? {} : { pharmacy: element.navnUtleverer }),
  ...(element.sendtSlvDato === undefined ? {} : { applicationSent: element.sendtSlvDato }),
  ...(element.statusSoknadSlv === undefined ? {} : { applicationStatus: element.statusSoknadSlv }),
  ...(element.tilbakekallingStatus === undefined ? {} : { recallPending: element.tilbakekallingStatus }),
  ...(element.arsak === undefined ? {} : { recallReason: element.arsak }),
})

const dispensed = (frame: Frame, element: Listeelement): readonly Extension[] =>
  element.utlevert.flatMap((item) => dispensedItem(frame, item))

/** Totals, not dispenses: those come as M10 or M6, and would count twice. */
const dispensedItem = (frame: Frame, item: UtlevertVare): readonly Extension[] =>
  nested(EXT.registerDispensed, [
    ext('item-number', 'valueString', item.varenr),
    ext('name', 'valueString', item.navnFormStyrke),
    ext('package-size', 'valueQuantity', item.pakningsstr && quantity(item.pakningsstr)),
    ext('packages-total', 'valueDecimal', Number(item.utlevertTotalt)),
    ext('packages-last', 'valueDecimal', Number(item.utlevertSiste)),
    ext('last-at', 'valueDateTime', toDateTime(item.sisteUtlevering, frame.zone)),
  ])

/** M9.4 says it of the one prescription that is attached, and what the patient has paid. */
export function m94ToAmendments(
  frame: Frame,
  answer: ReseptNedlasting,
  attached: readonly AttachedMessage[],
): readonly Amendment[] {
  const { egenandeler, status, ...application } = answer
  const payments = egenandeler.flatMap((one) =>
    nested(EXT.coPayment, [
      ext('period-start', 'valueDate', one.start && toDate(one.start)),
      ext('paid', 'valueMoney', money(one.betalt)),
    ]),
  )
  return attached.flatMap(({ head }) =>
    registerStatus(frame, { reseptId: head.msgId, status, ...application }, payments),
  )
}
