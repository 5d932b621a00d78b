/** Events that somebody must know of, as DetectedIssue: the fact of an alert, not its handling (devices.md 2, 7.1). */
import type { CodeableConcept, DetectedIssue, Extension, Flag } from 'fhir/r4.js'
import { extensionUrl } from '../../src/core/canonical.js'
import type { Amendment, Identity } from '../../src/core/message.js'
import { type AlertOutcome, resolution } from './alert-outcome.js'
import { faultConcept } from './device-fault.js'
import {
  type Intake,
  intakeOrder,
  intakeReference,
  planExtensions,
} from './dose-event-to-medication-administration.js'
import { eventConcept, sourceCoding } from './event-concept.js'
import {
  alertIdentity,
  amendment,
  type EventFrame,
  personResource,
  plainIdentifier,
  type Yield,
} from './event-frame.js'
import { EVENT_KINDS, type Severity } from './event-kinds.js'
import { present, said } from './present.js'
import { conditionIdentity, stopFlagIdentity } from './standing-conditions.js'
import { remainingSupply } from './supply-event-to-supply-delivery.js'

/** An empty device is more urgent when a dose is due within this time, in milliseconds (devices.md 2.4). */
const DOSE_DUE_MS = 12 * 3_600_000

/** The alert of one dose: events of the same dose change it, with the precedence of the intake itself. */
export function doseEventToDetectedIssue(frame: EventFrame, intake: Intake): Yield {
  const { dose, occurredAt } = frame.event
  const identity = doseAlert(frame)
  const issue: DetectedIssue = {
    ...detectedIssue(frame, identity, dose?.window?.end ?? occurredAt),
    implicated: [intakeReference(frame)],
  }
  const order = intakeOrder(frame, intake, dose?.evidence)
  return { resources: [personResource(frame, identity, issue, order)], used: ISSUE_PLACES }
}

/** The dose was taken after all: whatever alert was opened for it, before this event or after it, is closed. */
export function closeDoseAlert(frame: EventFrame, outcome: AlertOutcome): readonly Amendment[] {
  if (frame.event.dose === undefined) return []
  return [amendment(frame, 'DetectedIssue', doseAlert(frame), { set: resolution(frame, outcome) })]
}

/** The alert of a condition of the device, its supply or its program. */
export function deviceEventToDetectedIssue(frame: EventFrame): Yield {
  const identity = conditionIdentity(frame)
  const issue = detectedIssue(frame, identity, frame.event.occurredAt)
  return { resources: [personResource(frame, identity, issue)], used: ISSUE_PLACES }
}

/** Standing warning beside the alert of a roll of another person. It names nobody but the patient who has the device. */
export function wrongPersonToFlag(frame: EventFrame): Yield {
  const identity = stopFlagIdentity(frame)
  const flag: Flag = {
    resourceType: 'Flag',
    meta: frame.meta,
    identifier: [identity],
    status: 'active',
    code: { ...eventConcept(frame), text: 'Utlevering stanset: rull tilhører en annen' },
    subject: frame.patient,
    period: { start: frame.event.occurredAt },
    author: frame.deviceReference,
  }
  return { resources: [personResource(frame, identity, flag)] }
}

const ISSUE_PLACES: readonly string[] = [
  '/status/fault',
  '/supply/reason',
  '/supply/remainingDoses',
  '/supply/remainingUntil',
  '/schedule/reason',
  '/travel/missingDoses',
  '/dose/scheduledAt',
  '/dose/window',
  '/dose/doseId',
]

const doseAlert = (frame: EventFrame): Identity =>
  alertIdentity(frame, 'dose', frame.event.dose?.doseId ?? `event:${frame.event.eventId}`)

function detectedIssue(frame: EventFrame, identity: Identity, identified: string): DetectedIssue {
  const severity = severityOf(frame)
  const reason = frame.event.supply?.reason ?? frame.event.schedule?.reason
  const evidence: CodeableConcept[] = [
    ...(reason === undefined ? [] : [{ coding: [sourceCoding(frame, reason)] }]),
  ]
  const fault = faultConcept(frame)
  if (fault !== undefined) evidence.push(fault)
  return {
    resourceType: 'DetectedIssue',
    meta: frame.meta,
    ...present({ extension: extensions(frame, severity) }),
    identifier: [identity, plainIdentifier('event', frame.event.eventId)],
    status: 'preliminary',
    code: eventConcept(frame),
    ...(severity === 'none' ? {} : { severity: severity === 'critical' ? 'high' : severity }),
    patient: frame.patient,
    identifiedDateTime: identified,
    author: frame.deviceReference,
    ...present({
      evidence: evidence.map((code) => ({ code: [code] })),
      detail: said(frame.event.status?.fault?.text),
    }),
  }
}

/** R4 knows three severities; that an alert is critical stands in an extension (devices.md 7.1). */
function extensions(frame: EventFrame, severity: Severity): Extension[] {
  return [
    ...(severity === 'critical' ? [{ url: extensionUrl('alert-severity'), valueCode: severity }] : []),
    ...remainingSupply(frame),
    ...planExtensions(frame.event.dose),
    ...frame.timeExtensions,
  ]
}

function severityOf(frame: EventFrame): Severity {
  const { type, status, dose, occurredAt } = frame.event
  const usual = EVENT_KINDS[type].severity
  if (type === 'device.fault' && status?.fault?.stopsDispensing === false) return 'low'
  if (type === 'supply.empty' && dose?.scheduledAt !== undefined) {
    const ahead = Date.parse(dose.scheduledAt) - Date.parse(occurredAt)
    return ahead >= 0 && ahead <= DOSE_DUE_MS ? 'high' : usual
  }
  return type === 'device.offline' && dose !== undefined ? 'high' : usual
}
