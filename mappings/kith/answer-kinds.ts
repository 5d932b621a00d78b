/** Rows of the table for answers to queries (M9.x), requests to dispense and consents. */
import { frameOf } from './frame.js'
import type { KithKind } from './kind.js'
import {
  EKSPEDERINGSANMODNING,
  type Ekspederingsanmodning,
  m21ToTask,
  readEkspederingsanmodning,
} from './m21.js'
import {
  m241ToConsent,
  m242ToAmendments,
  readSamtykke,
  readSvarSamtykke,
  SAMTYKKE,
  type Samtykke,
  SVAR_SAMTYKKE,
  type SvarSamtykke,
} from './m24.js'
import { RESEPTLISTE, type Reseptliste, readReseptliste } from './m92.js'
import { numbersOf, whomOfM92 } from './m92-patients.js'
import { RESEPT_NEDLASTING, type ReseptNedlasting, readReseptNedlasting } from './m94.js'
import { type M96, M96_SHAPE, M96_SHAPE_OF_2015, readM96 } from './m96.js'
import { m94ToAmendments, m96ToList } from './m96-to-list.js'
import {
  type M98,
  M98_SHAPE,
  M98_SHAPE_OF_2015,
  type M922,
  M922_SHAPE,
  missingDispenses,
  readM98,
  readM922,
} from './m98.js'
import { m241ToM242 } from './m241-to-m242.js'
import { listsInside, type M912, M912_SHAPE, M912_SHAPE_OF_2014, readM912 } from './m912.js'
import { m92ToCareTeam, m912ToCareTeam } from './m912-to-care-team.js'
import { changedToTask } from './m922-to-task.js'
import { addShared, mapped } from './mapped-message.js'
import { NS } from './namespaces.js'
import { whomOfAttached, whomOfNumber, whomOfNumbers, whomOfParent, whomOfPrescription } from './whom.js'

export const m92Kind: KithKind<Reseptliste> = {
  kind: 'M9.2',
  payload: { ns: NS.m92, local: 'Reseptliste', shape: RESEPTLISTE },
  patient: 'elsewhere',
  whom: ({ payload }, context) => whomOfM92(payload, context),
  answeredBy: 'transport',
  read: readReseptliste,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const amendments = m92ToCareTeam(frame, message.payload, numbersOf(message.payload)[message.part])
    return { ...mapped(frame, message, 'source-list', 'UPDATE'), amendments }
  },
}

export const m912Kind: KithKind<M912> = {
  kind: 'M9.12',
  payload: { ns: NS.m912, local: 'M912', shape: M912_SHAPE },
  otherFormats: [{ ns: NS.m912Of2014, local: 'M912', shape: M912_SHAPE_OF_2014 }],
  patient: 'elsewhere',
  whom: ({ payload }, context) =>
    whomOfNumber(payload.fnr, payload.andreFnr, 'MsgHead/Document/RefDoc/Content/M912/Pasient/Fnr', context),
  opens: new Set(['M25.1', 'M25.2', 'M25.3']),
  inside: listsInside,
  answeredBy: 'transport',
  read: readM912,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const amendments = m912ToCareTeam(frame, message.payload)
    const enclosed = message.attached.map((one) => one.map(context))
    return { ...mapped(frame, message, 'source-list', 'UPDATE'), amendments, enclosed }
  },
}

export const m94Kind: KithKind<ReseptNedlasting> = {
  kind: 'M9.4',
  payload: { ns: NS.m94, local: 'ReseptNedlasting', shape: RESEPT_NEDLASTING },
  patient: 'elsewhere',
  whom: ({ attached }, context) => whomOfAttached(attached, context),
  opens: new Set(['M1']),
  answeredBy: 'transport',
  read: readReseptNedlasting,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const amendments = m94ToAmendments(frame, message.payload, message.attached)
    const enclosed = message.attached.map((one) => one.map(context))
    return { ...mapped(frame, message, 'source-list', 'UPDATE'), amendments, enclosed }
  },
}

export const m96Kind: KithKind<M96> = {
  kind: 'M9.6',
  payload: { ns: NS.m96, local: 'M96', shape: M96_SHAPE },
  otherFormats: [{ ns: NS.m96Of2015, local: 'M96', shape: M96_SHAPE_OF_2015 }],
  patient: 'elsewhere',
  whom: ({ attached, payload }, context) =>
    payload.fnr !== undefined
      ? whomOfNumber(payload.fnr, payload.andreFnr, PASIENT_INFO, context)
      : attached.length === 0 && payload.elementer[0] !== undefined
        ? whomOfPrescription(payload.elementer[0].reseptId, context)
        : whomOfAttached(attached, context),
  opens: new Set(['M1']),
  answeredBy: 'transport',
  read: readM96,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const amendments = m96ToList(frame, message.payload)
    const enclosed = message.attached.map((one) => one.map(context))
    return { ...mapped(frame, message, 'source-list', 'UPDATE'), amendments, enclosed }
  },
}
const PASIENT_INFO = 'MsgHead/Document/RefDoc/Content/M96/PasientInfo/Fnr'

export const m98Kind: KithKind<M98> = {
  kind: 'M9.8',
  payload: { ns: NS.m98, local: 'M98', shape: M98_SHAPE },
  otherFormats: [{ ns: NS.m98Of2015, local: 'M98', shape: M98_SHAPE_OF_2015 }],
  patient: 'elsewhere',
  whom: ({ attached }, context) => whomOfAttached(attached, context),
  opens: new Set(['M6']),
  answeredBy: 'transport',
  read: readM98,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    frame.unmapped.push(...missingDispenses(message.payload, message.attached.length))
    const enclosed = message.attached.map((one) => one.map(context))
    return { ...mapped(frame, message, 'pharmacy', 'UPDATE'), enclosed }
  },
}

export const m922Kind: KithKind<M922> = {
  kind: 'M9.22',
  payload: { ns: NS.m922, local: 'M922', shape: M922_SHAPE },
  patient: 'elsewhere',
  whom: ({ payload }, context) =>
    whomOfNumbers(payload.fnr, 'MsgHead/Document/RefDoc/Content/M922/Fnr', context),
  answeredBy: 'transport',
  read: readM922,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    if (message.payload.fnr.length > 0) changedToTask(frame)
    return mapped(frame, message, 'source-list', 'UPDATE')
  },
}

export const m21Kind: KithKind<Ekspederingsanmodning> = {
  kind: 'M21',
  payload: { ns: NS.m21, local: 'Ekspederingsanmodning', shape: EKSPEDERINGSANMODNING },
  patient: 'elsewhere',
  whom: ({ payload }, context) =>
    payload.fnr === undefined
      ? whomOfPrescription(payload.reseptId, context)
      : whomOfNumber(payload.fnr, [], 'MsgHead/Document/RefDoc/Content/Ekspederingsanmodning/Fnr', context),
  read: readEkspederingsanmodning,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    m21ToTask(frame, message.payload)
    return mapped(frame, message, 'pharmacy', 'CREATE')
  },
}

export const m241Kind: KithKind<Samtykke> = {
  kind: 'M24.1',
  payload: { ns: NS.m241, local: 'Samtykke', shape: SAMTYKKE },
  patient: 'national-id',
  read: readSamtykke,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    m241ToConsent(frame, message.payload)
    return mapped(frame, message, 'prescriber', 'CREATE')
  },
  receipt: (message, context) => m241ToM242(message.head, context),
}

export const m242Kind: KithKind<SvarSamtykke> = {
  kind: 'M24.2',
  payload: { ns: NS.m242, local: 'SvarSamtykke', shape: SVAR_SAMTYKKE },
  patient: 'elsewhere',
  whom: ({ head }, context) => whomOfParent(head, 'Consent', context),
  answeredBy: 'transport',
  read: readSvarSamtykke,
  map: (message, context) => {
    const frame = frameOf(message.head, message.unmapped, context)
    addShared(frame, message)
    const { refToParent } = message.head
    const amendments = refToParent === undefined ? [] : m242ToAmendments(frame, message.payload, refToParent)
    return { ...mapped(frame, message, 'source-list', 'UPDATE'), amendments }
  },
}
