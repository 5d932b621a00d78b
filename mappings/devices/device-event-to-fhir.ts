/**
 * The canonical device event to FHIR: one row a kind says which resources it yields (devices.md 2). What no rule has read
 * stands in `unmapped` by its place.
 */
import type { AssignmentChange, MapContext, Mapped, MappedResource } from '../../src/core/message.js'
import type { AlertOutcome } from './alert-outcome.js'
import {
  type AssignmentStep,
  assignmentEventToDeviceUseStatement,
} from './assignment-event-to-device-use-statement.js'
import { assignmentRefOf, type CanonicalEvent, type Evidence } from './canonical-event.js'
import {
  closeDoseAlert,
  deviceEventToDetectedIssue,
  doseEventToDetectedIssue,
  wrongPersonToFlag,
} from './device-event-to-detected-issue.js'
import { deviceEventToDevice, owner } from './device-event-to-device.js'
import {
  doseEventToMedicationDispense,
  travelEventToMedicationDispense,
} from './device-event-to-medication-dispense.js'
import { deviceEventToObservation, type Phase } from './device-event-to-observation.js'
import {
  doseEventToMedicationAdministration,
  type Intake,
  type IntakeOptions,
} from './dose-event-to-medication-administration.js'
import { type EventFrame, eventFrame, keyOf, type Yield } from './event-frame.js'
import type { DeviceEventKind } from './event-kinds.js'
import { type MessageState, messageEventToCommunication } from './message-event-to-communication.js'
import { said } from './present.js'
import { type ScheduleAnswer, scheduleEventToTask } from './schedule-event-to-task.js'
import { conditionAmendments } from './standing-conditions.js'
import {
  supplyEventToDeliveryAmendment,
  supplyEventToSupplyDelivery,
  supplyEventToSupplyRequest,
} from './supply-event-to-supply-delivery.js'
import { unmappedPlaces } from './unmapped-places.js'

type Rule = (frame: EventFrame) => Yield & { readonly assignment?: AssignmentChange }

/** @throws HubError MESSAGE_INVALID */
export function deviceEventToFhir(event: CanonicalEvent, context: Pick<MapContext, 'receivedAt'>): Mapped {
  const frame = eventFrame(event, context)
  const yields = RULES[event.type].map((rule) => rule(frame))
  const assignment = yields.flatMap((one) => (one.assignment === undefined ? [] : [one.assignment]))[0]
  const rules = RULES[event.type].length > 0
  return {
    source: {
      key: `device|${keyOf(frame.device.primary)}`,
      role: 'device',
      name: said(event.device.model) ?? said(event.source.product) ?? 'dispenser',
    },
    authorship: authorship(event),
    resources: [...devices(frame, rules), ...yields.flatMap((one) => one.resources ?? [])],
    amendments: [
      ...yields.flatMap((one) => one.amendments ?? []),
      ...(rules ? conditionAmendments(frame) : []),
    ],
    identifiers: [],
    ...(assignment === undefined ? {} : { assignment }),
    unmapped: unmappedPlaces(
      event,
      yields.flatMap((one) => one.used ?? []),
      rules,
    ),
  }
}

/** A test leaves no trace at all, not even of the unit (devices.md 2.7). */
const devices = (frame: EventFrame, rules: boolean): readonly MappedResource[] =>
  rules ? [deviceEventToDevice(frame)] : []

function authorship(event: CanonicalEvent): Mapped['authorship'] {
  const organisation = owner(event)
  const identifier = organisation?.identifier
  return {
    recorded: event.occurredAt,
    author: {
      type: 'Organization',
      identifier: { system: 'urn:ietf:rfc:3986', value: event.source.system },
      display: said(event.source.vendor) ?? event.source.system,
    },
    ...(identifier?.system === undefined || identifier.value === undefined
      ? {}
      : {
          onBehalfOf: {
            type: 'Organization',
            identifier: { system: identifier.system, value: identifier.value },
          },
        }),
    activity: event.type,
  }
}

const intake =
  (what: Intake, options?: IntakeOptions): Rule =>
  (frame) =>
    doseEventToMedicationAdministration(frame, what, options)

/** An intake that settles the dose. */
const given =
  (outcome: AlertOutcome, options?: IntakeOptions): Rule =>
  (frame) => {
    const administration = doseEventToMedicationAdministration(frame, 'taken', options)
    return {
      ...administration,
      amendments: [...(administration.amendments ?? []), ...closeDoseAlert(frame, outcome)],
    }
  }

const doseIssue =
  (what: Intake): Rule =>
  (frame) =>
    doseEventToDetectedIssue(frame, what)

/** Signs that a person acted, as against a machine that moved. */
const CONFIRMING: ReadonlySet<Evidence> = new Set<Evidence>(['button', 'app', 'carer'])
const REMOVED: ReadonlySet<Evidence> = new Set<Evidence>(['sachet-torn', 'weight', 'lid'])

/** Where the kind itself leaves open whether the dose was taken, the evidence decides how far it is known. */
const intakeByEvidence: Rule = (frame) => {
  const evidence = frame.event.dose?.evidence ?? 'none'
  if (CONFIRMING.has(evidence)) return given('auto-resolved')(frame)
  return REMOVED.has(evidence) ? intake('removed')(frame) : {}
}

/** Confirmed by a carer: of a dose where the event names one, else a word about the person. */
const confirmedByCarer: Rule = (frame) =>
  frame.event.dose === undefined
    ? messageEventToCommunication(frame, 'said')
    : given('given-by-carer', { evidence: 'carer' })(frame)

const dispensed: Rule = doseEventToMedicationDispense
const travelling: Rule = travelEventToMedicationDispense
const issue: Rule = deviceEventToDetectedIssue
const message =
  (state: MessageState): Rule =>
  (frame) =>
    messageEventToCommunication(frame, state)
const observed =
  (phase: Phase): Rule =>
  (frame) =>
    deviceEventToObservation(frame, phase)
const assignment =
  (step: AssignmentStep): Rule =>
  (frame) =>
    assignmentEventToDeviceUseStatement(frame, step)
/** The loss of a device ends its assignment, where the event names one. */
const endsIfNamed: Rule = (frame) =>
  assignmentRefOf(frame.event) === undefined ? {} : assignmentEventToDeviceUseStatement(frame, 'ended')
/** The Device alone, which every kind with rules yields. */
const deviceOnly: Rule = () => ({})
/** Silence touches a person only when a dose is due in it. */
const issueIfDose: Rule = (frame) => (frame.event.dose === undefined ? {} : deviceEventToDetectedIssue(frame))

/** A clock that is off by more than this opens an alert, in milliseconds (devices.md 8.5). */
const CLOCK_SKEW_MS = 120_000
const issueIfSkewed: Rule = (frame) =>
  Math.abs(frame.event.time.correctionMs ?? 0) > CLOCK_SKEW_MS ? deviceEventToDetectedIssue(frame) : {}

const delivery: Rule = supplyEventToSupplyDelivery
const verified: Rule = (frame) => supplyEventToDeliveryAmendment(frame, 'supply-verified')
const removed: Rule = (frame) => supplyEventToDeliveryAmendment(frame, 'supply-removed')
const refill =
  (status: 'draft' | 'active'): Rule =>
  (frame) =>
    supplyEventToSupplyRequest(frame, status)

const program =
  (answer: ScheduleAnswer): Rule =>
  (frame) =>
    scheduleEventToTask(frame, answer)

/** No rule: the event is kept with its message and told in `unmapped`. */
const NONE: readonly Rule[] = []

// biome-ignore format: one row a kind
const RULES: Readonly<Record<DeviceEventKind, readonly Rule[]>> = {
  'dose.scheduled': NONE,
  'dose.reminder-started': NONE,
  'dose.available': [issue],
  'dose.dispensed': [dispensed],
  'dose.dispensed-assisted': [dispensed],
  'dose.dispensed-prn': [dispensed, intakeByEvidence],
  'dose.dispensed-early': [dispensed, intakeByEvidence],
  'dose.removed': [intake('removed')],
  'dose.taken': [given('auto-resolved')],
  'dose.taken-late': [given('auto-resolved')],
  'dose.taken-partial': [intake('taken-partial')],
  'dose.not-dispensed': [intake('not-dispensed'), doseIssue('not-dispensed')],
  'dose.not-taken': [intake('not-taken'), doseIssue('not-taken')],
  'dose.unconfirmed': [intake('unconfirmed'), doseIssue('unconfirmed')],
  'dose.refused': [intake('refused')],
  'dose.skipped-by-plan': [intake('skipped-by-plan')],
  'dose.retracted': [intake('retracted')],
  'dose.manual-given': [given('given-by-carer', { evidence: 'carer' })],
  'dose.duplicate-prevented': [issue],
  'message.shown': [message('shown')],
  'message.acknowledged': [message('acknowledged')],
  'message.not-acknowledged': [message('not-acknowledged'), issue],
  'person.help-requested': [issue, message('said')],
  'person.confirmed-by-carer': [confirmedByCarer],
  'person.note-added': [message('said')],
  'travel.dispensed': [travelling],
  'travel.dispensed-assisted': [travelling],
  'travel.insufficient': [issue],
  'travel.mode-on': NONE,
  'travel.mode-off': NONE,
  'supply.loaded': [delivery],
  'supply.verified': [verified],
  'supply.removed': [removed],
  'supply.handled': [issue],
  'supply.wrong-person': [issue, wrongPersonToFlag],
  'supply.wrong-period': [issue],
  'supply.invalid': [issue],
  'supply.unreadable': [issue],
  'supply.jammed': [issue],
  'supply.bin-full': [issue],
  'supply.low': [issue, refill('draft')],
  'supply.empty': [issue, refill('active')],
  'supply.empty-not-dispensed': [intake('not-dispensed', { reason: 'empty' }), doseIssue('not-dispensed')],
  'supply.pending': [issue],
  'supply.refill-requested': [refill('active')],
  'schedule.delivered': [program('received')],
  'schedule.accepted': [program('accepted')],
  'schedule.rejected': [issue, program('rejected')],
  'schedule.missing': [issue],
  'schedule.stale': [issue],
  'schedule.changed-externally': [issue],
  'schedule.changed-locally': [issue],
  'schedule.paused': NONE,
  'schedule.resumed': NONE,
  'device.online': [observed('cleared')],
  'device.offline': [observed('open'), issueIfDose],
  'device.heartbeat': [deviceOnly],
  'device.mains-lost': [observed('open')],
  'device.mains-restored': [observed('cleared')],
  'device.battery-low': [observed('open'), issue],
  'device.battery-critical': [observed('open'), issue],
  'device.battery-empty': [observed('open'), issue],
  'device.battery-charging': [observed('reading')],
  'device.battery-ok': [observed('cleared')],
  'device.battery-replace': [observed('open'), issue],
  'device.fault': [observed('open'), issue],
  'device.fault-cleared': [observed('cleared')],
  'device.opened': [observed('reading')],
  'device.closed': [observed('reading')],
  'device.open-too-long': [observed('open'), issue],
  'device.tamper': [observed('open'), issue],
  'device.tilted': [observed('open'), issue],
  'device.environment': [observed('reading')],
  'device.clock-unsynced': [observed('open'), issueIfSkewed],
  'device.clock-adjusted': [observed('cleared')],
  'device.firmware-updated': [observed('reading')],
  'device.config-changed': [observed('reading')],
  'device.self-test': [observed('reading')],
  'device.restarted': [observed('reading')],
  'device.identifier-changed': [observed('reading')],
  'device.log-lost': [observed('open'), issue],
  'assignment.registered': [deviceOnly],
  'assignment.assigned': [assignment('assigned')],
  'assignment.activated': [assignment('activated')],
  'assignment.suspended': [assignment('suspended')],
  'assignment.ended': [assignment('ended')],
  'assignment.wiped': [observed('cleared')],
  'assignment.wipe-failed': [observed('open')],
  'assignment.returned': [deviceOnly],
  'assignment.replaced': [assignment('ended')],
  'assignment.retired': [deviceOnly],
  'assignment.lost': [observed('open'), endsIfNamed],
  'assignment.unknown-device': NONE,
  'assignment.conflict': NONE,
  'alert.raised': NONE,
  'alert.repeated': NONE,
  'alert.acknowledged': NONE,
  'alert.escalated': NONE,
  'alert.transferred': NONE,
  'alert.accepted': NONE,
  'alert.rejected': NONE,
  'alert.resolved': NONE,
  'alert.auto-resolved': NONE,
  'alert.cancelled': NONE,
  'alert.expired': NONE,
  'system.test': NONE,
  'system.gap-detected': NONE,
  'system.backfill-started': NONE,
  'system.backfill-completed': NONE,
}
