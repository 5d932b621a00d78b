/**
 * The closed list of device event kinds, version 1: what each is called, which national and international codes mean the
 * same, and how serious the alert is that it opens. Source: devices.md 2.1 to 2.7.
 */

export const SEVERITIES = ['none', 'low', 'moderate', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

export type DeviceEventKind =
  | DoseKind
  | 'message.shown'
  | 'message.acknowledged'
  | 'message.not-acknowledged'
  | 'person.help-requested'
  | 'person.confirmed-by-carer'
  | 'person.note-added'
  | 'travel.dispensed'
  | 'travel.dispensed-assisted'
  | 'travel.insufficient'
  | 'travel.mode-on'
  | 'travel.mode-off'
  | 'supply.loaded'
  | 'supply.verified'
  | 'supply.removed'
  | 'supply.handled'
  | 'supply.wrong-person'
  | 'supply.wrong-period'
  | 'supply.invalid'
  | 'supply.unreadable'
  | 'supply.jammed'
  | 'supply.bin-full'
  | 'supply.low'
  | 'supply.empty'
  | 'supply.empty-not-dispensed'
  | 'supply.pending'
  | 'supply.refill-requested'
  | 'schedule.delivered'
  | 'schedule.accepted'
  | 'schedule.rejected'
  | 'schedule.missing'
  | 'schedule.stale'
  | 'schedule.changed-externally'
  | 'schedule.changed-locally'
  | 'schedule.paused'
  | 'schedule.resumed'
  | 'device.online'
  | 'device.offline'
  | 'device.heartbeat'
  | 'device.mains-lost'
  | 'device.mains-restored'
  | 'device.battery-low'
  | 'device.battery-critical'
  | 'device.battery-empty'
  | 'device.battery-charging'
  | 'device.battery-ok'
  | 'device.battery-replace'
  | 'device.fault'
  | 'device.fault-cleared'
  | 'device.opened'
  | 'device.closed'
  | 'device.open-too-long'
  | 'device.tamper'
  | 'device.tilted'
  | 'device.environment'
  | 'device.clock-unsynced'
  | 'device.clock-adjusted'
  | 'device.firmware-updated'
  | 'device.config-changed'
  | 'device.self-test'
  | 'device.restarted'
  | 'device.identifier-changed'
  | 'device.log-lost'
  | AssignmentKind
  | 'alert.raised'
  | 'alert.repeated'
  | 'alert.acknowledged'
  | 'alert.escalated'
  | 'alert.transferred'
  | 'alert.accepted'
  | 'alert.rejected'
  | 'alert.resolved'
  | 'alert.auto-resolved'
  | 'alert.cancelled'
  | 'alert.expired'
  | 'system.test'
  | 'system.gap-detected'
  | 'system.backfill-started'
  | 'system.backfill-completed'

export type DoseKind =
  | 'dose.scheduled'
  | 'dose.reminder-started'
  | 'dose.available'
  | 'dose.dispensed'
  | 'dose.dispensed-assisted'
  | 'dose.dispensed-prn'
  | 'dose.dispensed-early'
  | 'dose.removed'
  | 'dose.taken'
  | 'dose.taken-late'
  | 'dose.taken-partial'
  | 'dose.not-dispensed'
  | 'dose.not-taken'
  | 'dose.unconfirmed'
  | 'dose.refused'
  | 'dose.skipped-by-plan'
  | 'dose.retracted'
  | 'dose.manual-given'
  | 'dose.duplicate-prevented'

export type AssignmentKind =
  | 'assignment.registered'
  | 'assignment.assigned'
  | 'assignment.activated'
  | 'assignment.suspended'
  | 'assignment.ended'
  | 'assignment.wiped'
  | 'assignment.wipe-failed'
  | 'assignment.returned'
  | 'assignment.replaced'
  | 'assignment.retired'
  | 'assignment.lost'
  | 'assignment.unknown-device'
  | 'assignment.conflict'

export interface EventKindRow {
  readonly nb: string
  readonly en: string
  /** Default severity of the alert that the kind opens. */
  readonly severity: Severity
  /** Code of the welfare technology node's alert list, version 0.9.0. */
  readonly vkpAlert?: string
  /** Code of the node's dispense list, version 0.9.0; the same number means another thing in version 0.6. */
  readonly vkpDispense?: string
  /** SCAIP `stc`, with device type 0011. */
  readonly scaip?: string
  /** IEEE 11073-10101, 32 bit, with its reference id where it is evidenced. */
  readonly mdc?: readonly { readonly code: string; readonly display?: string }[]
}

type Codes = Pick<EventKindRow, 'vkpAlert' | 'vkpDispense' | 'scaip' | 'mdc'>

const row = (nb: string, en: string, severity: Severity = 'none', codes: Codes = {}): EventKindRow => ({
  nb,
  en,
  severity,
  ...codes,
})
const mdc = (code: string, display?: string) => [display === undefined ? { code } : { code, display }]

const FIXED = mdc('8532992', 'MDC_AI_MED_DISPENSED_FIXED')
const BATTERY_LOW = mdc('196802', 'MDC_EVT_BATT_LO')
const EMPTY = mdc('196634', 'MDC_EVT_EMPTY')

// biome-ignore format: one row a kind
export const EVENT_KINDS: Readonly<Record<DeviceEventKind, EventKindRow>> = {
  'dose.scheduled': row('Dose planlagt', 'Dose scheduled', 'none', { scaip: '0084' }),
  'dose.reminder-started': row('Påminnelse startet', 'Reminder started', 'none', { scaip: '0082' }),
  'dose.available': row('Dose klar til uttak', 'Dose available', 'low', { vkpAlert: '1.10', scaip: '0080' }),
  'dose.dispensed': row('Dose utlevert', 'Dose dispensed', 'none', { vkpDispense: '1.1', mdc: FIXED }),
  'dose.dispensed-assisted': row('Dose utlevert med hjelp', 'Dose dispensed with assistance', 'none', { vkpDispense: '1.2', mdc: FIXED }),
  'dose.dispensed-prn': row('Behovsdose utlevert', 'As-needed dose dispensed', 'none', { vkpDispense: '1.3', mdc: FIXED }),
  'dose.dispensed-early': row('Dose utlevert før tiden', 'Dose dispensed early', 'low', { vkpDispense: '1', mdc: FIXED }),
  'dose.removed': row('Dose tatt ut', 'Dose removed', 'none', { mdc: FIXED }),
  'dose.taken': row('Dose tatt', 'Dose taken', 'none', { scaip: '0083', mdc: mdc('8533001', 'MDC_AI_MED_DISPENSED_TAKEN') }),
  'dose.taken-late': row('Dose tatt for sent', 'Dose taken late', 'none', { scaip: '0083' }),
  'dose.taken-partial': row('Dose delvis tatt', 'Dose partly taken', 'moderate'),
  'dose.not-dispensed': row('Dose ikke utlevert', 'Dose not dispensed', 'high', { vkpAlert: '1.1', scaip: '0081' }),
  'dose.not-taken': row('Dose ikke tatt', 'Dose not taken', 'high', { vkpAlert: '1.1', scaip: '0081' }),
  'dose.unconfirmed': row('Dose ikke bekreftet', 'Dose unconfirmed', 'moderate', { vkpAlert: '1.3', scaip: '0081' }),
  'dose.refused': row('Dose avslått', 'Dose refused', 'moderate', { scaip: '0029', mdc: mdc('8532997', 'MDC_AI_MED_UF_RESPONSE') }),
  'dose.skipped-by-plan': row('Dose utelatt etter plan', 'Dose skipped by plan', 'none', { scaip: '0098' }),
  'dose.retracted': row('Dose trukket tilbake', 'Dose retracted', 'high'),
  'dose.manual-given': row('Dose gitt av hjelper', 'Dose given by hand', 'none', { scaip: '0111' }),
  'dose.duplicate-prevented': row('Dobbel dose forhindret', 'Duplicate dose prevented', 'moderate', { scaip: '0011' }),
  'message.shown': row('Melding vist', 'Message shown'),
  'message.acknowledged': row('Melding bekreftet', 'Message acknowledged', 'none', { vkpDispense: '3', scaip: '0005' }),
  'message.not-acknowledged': row('Melding ikke bekreftet', 'Message not acknowledged', 'low', { vkpAlert: '1.4', scaip: '0104' }),
  'person.help-requested': row('Bruker ber om hjelp', 'Help requested', 'critical', { vkpAlert: '3', scaip: '0010' }),
  'person.confirmed-by-carer': row('Bekreftet av hjelper', 'Confirmed by carer', 'none', { scaip: '0004' }),
  'person.note-added': row('Notat lagt til', 'Note added', 'none', { scaip: '0062' }),
  'travel.dispensed': row('Reisedoser utlevert', 'Travel doses dispensed', 'none', { vkpDispense: '2.1' }),
  'travel.dispensed-assisted': row('Reisedoser utlevert med hjelp', 'Travel doses dispensed with assistance', 'none', { vkpDispense: '2.2' }),
  'travel.insufficient': row('For få doser til reisen', 'Too few doses for travel', 'moderate', { vkpAlert: '1.11' }),
  'travel.mode-on': row('Reisemodus på', 'Travel mode on'),
  'travel.mode-off': row('Reisemodus av', 'Travel mode off'),
  'supply.loaded': row('Rull satt inn', 'Supply loaded', 'none', { vkpAlert: '1.16', scaip: '0008' }),
  'supply.verified': row('Rull kontrollert', 'Supply verified', 'none', { scaip: '0109' }),
  'supply.removed': row('Rull tatt ut', 'Supply removed', 'low', { vkpAlert: '1.16', scaip: '0028' }),
  'supply.handled': row('Rull håndtert manuelt', 'Supply handled by hand', 'low', { vkpAlert: '1.16', scaip: '0065' }),
  'supply.wrong-person': row('Rull tilhører en annen', 'Supply belongs to another person', 'critical', { vkpAlert: '1.7', scaip: '0067', mdc: mdc('197302') }),
  'supply.wrong-period': row('Rull for feil periode', 'Supply for the wrong period', 'high', { vkpAlert: '1.7', scaip: '0067' }),
  'supply.invalid': row('Feil ved rull', 'Supply invalid', 'high', { vkpAlert: '1.7', scaip: '0067' }),
  'supply.unreadable': row('Pose kan ikke leses', 'Sachet unreadable', 'high', { vkpAlert: '1.6', scaip: '0042' }),
  'supply.jammed': row('Rull har satt seg fast', 'Supply jammed', 'high', { vkpAlert: '1.8', scaip: '0052' }),
  'supply.bin-full': row('Skuff full', 'Bin full', 'high', { vkpAlert: '1.9', scaip: '0079' }),
  'supply.low': row('Få doser igjen', 'Supply low', 'low', { vkpAlert: '1.12', scaip: '0064' }),
  'supply.empty': row('Ingen doser igjen', 'Supply empty', 'moderate', { vkpAlert: '1.13', scaip: '0063', mdc: EMPTY }),
  'supply.empty-not-dispensed': row('Dose ikke utlevert, tom for medisin', 'Dose not dispensed, supply empty', 'high', { vkpAlert: '1.2', scaip: '0081', mdc: EMPTY }),
  'supply.pending': row('Medisin venter', 'Supply pending', 'low', { vkpAlert: '1.10', scaip: '0080' }),
  'supply.refill-requested': row('Påfyll bestilt', 'Refill requested'),
  'schedule.delivered': row('Tidsplan levert', 'Schedule delivered'),
  'schedule.accepted': row('Tidsplan tatt i bruk', 'Schedule accepted'),
  'schedule.rejected': row('Tidsplan avvist', 'Schedule rejected', 'high', { vkpAlert: '1.15' }),
  'schedule.missing': row('Tidsplan mangler', 'Schedule missing', 'high', { vkpAlert: '1.14' }),
  'schedule.stale': row('Tidsplan utdatert', 'Schedule stale', 'high'),
  'schedule.changed-externally': row('Plan endret utenfra', 'Schedule changed externally', 'moderate', { vkpAlert: '1.15' }),
  'schedule.changed-locally': row('Plan endret på enheten', 'Schedule changed locally', 'moderate', { vkpAlert: '1.16' }),
  'schedule.paused': row('Plan satt på pause', 'Schedule paused'),
  'schedule.resumed': row('Plan gjenopptatt', 'Schedule resumed'),
  'device.online': row('Kontakt med enheten', 'Device online', 'none', { scaip: '0075', mdc: mdc('196620', 'MDC_EVT_CONN') }),
  'device.offline': row('Ingen kontakt med enheten', 'Device offline', 'low', { vkpAlert: '1.20', scaip: '0073', mdc: mdc('196630', 'MDC_EVT_DISCONN') }),
  'device.heartbeat': row('Livstegn', 'Heartbeat'),
  'device.mains-lost': row('Strømbrudd', 'Mains power lost', 'moderate', { vkpAlert: '1.19', scaip: '0085' }),
  'device.mains-restored': row('Strøm tilbake', 'Mains power restored', 'none', { scaip: '0086' }),
  'device.battery-low': row('Lavt batteri', 'Battery low', 'moderate', { vkpAlert: '1.17', scaip: '0016', mdc: BATTERY_LOW }),
  'device.battery-critical': row('Kritisk lavt batteri', 'Battery critical', 'high', { vkpAlert: '1.17', scaip: '0016', mdc: BATTERY_LOW }),
  'device.battery-empty': row('Batteri utladet', 'Battery empty', 'high', { vkpAlert: '1.18', scaip: '0014', mdc: mdc('196626', 'MDC_EVT_DEPLET') }),
  'device.battery-charging': row('Batteri lades', 'Battery charging', 'none', { scaip: '0020' }),
  'device.battery-ok': row('Batteri i orden', 'Battery ok', 'none', { scaip: '0015' }),
  'device.battery-replace': row('Batteri bør byttes', 'Battery to be replaced', 'low', { scaip: '0065', mdc: mdc('203286') }),
  'device.fault': row('Teknisk feil ved enheten', 'Device fault', 'high', { vkpAlert: '1.5', scaip: '0067', mdc: mdc('196646', 'MDC_EVT_FAIL') }),
  'device.fault-cleared': row('Feil rettet', 'Device fault cleared', 'none', { scaip: '0091' }),
  'device.opened': row('Enhet åpnet', 'Device opened', 'none', { vkpAlert: '1.21', scaip: '0076' }),
  'device.closed': row('Enhet lukket', 'Device closed', 'none', { scaip: '0021' }),
  'device.open-too-long': row('Enhet åpen for lenge', 'Device open too long', 'moderate', { vkpAlert: '1.21', scaip: '0077' }),
  'device.tamper': row('Enhet utsatt for inngrep', 'Device tampered with', 'high', { vkpAlert: '1.22', scaip: '0125' }),
  'device.tilted': row('Enhet står feil', 'Device tilted', 'moderate', { vkpAlert: '1.23', scaip: '0105' }),
  'device.environment': row('Temperatur eller fukt', 'Environment reading', 'low', { scaip: '0100' }),
  'device.clock-unsynced': row('Klokke går feil', 'Clock unsynced', 'low', { scaip: '0105', mdc: mdc('203316') }),
  'device.clock-adjusted': row('Klokke stilt', 'Clock adjusted', 'none', { mdc: mdc('68220') }),
  'device.firmware-updated': row('Programvare oppdatert', 'Firmware updated', 'none', { mdc: mdc('531976', 'MDC_ID_PROD_SPEC_FW') }),
  'device.config-changed': row('Oppsett endret', 'Configuration changed', 'none', { scaip: '0041' }),
  'device.self-test': row('Egentest', 'Self-test'),
  'device.restarted': row('Enhet startet på nytt', 'Device restarted'),
  'device.identifier-changed': row('Identifikator byttet', 'Identifier changed', 'moderate'),
  'device.log-lost': row('Hendelser kan mangle', 'Events may be lost', 'moderate', { scaip: '0068' }),
  'assignment.registered': row('Enhet registrert', 'Device registered'),
  'assignment.assigned': row('Enhet tildelt', 'Device assigned'),
  'assignment.activated': row('Tildeling tatt i bruk', 'Assignment activated'),
  'assignment.suspended': row('Tildeling satt på vent', 'Assignment suspended'),
  'assignment.ended': row('Tildeling avsluttet', 'Assignment ended'),
  'assignment.wiped': row('Enhet slettet', 'Device wiped'),
  'assignment.wipe-failed': row('Sletting mislyktes', 'Device wipe failed'),
  'assignment.returned': row('Enhet levert tilbake', 'Device returned'),
  'assignment.replaced': row('Enhet byttet', 'Device replaced'),
  'assignment.retired': row('Enhet tatt ut av bruk', 'Device retired'),
  'assignment.lost': row('Enhet mistet', 'Device lost'),
  'assignment.unknown-device': row('Ukjent enhet', 'Unknown device'),
  'assignment.conflict': row('Motstridende tildeling', 'Assignment conflict'),
  'alert.raised': row('Varsel utløst', 'Alert raised'),
  'alert.repeated': row('Varsel gjentatt', 'Alert repeated'),
  'alert.acknowledged': row('Varsel kvittert', 'Alert acknowledged'),
  'alert.escalated': row('Varsel eskalert', 'Alert escalated'),
  'alert.transferred': row('Varsel overført', 'Alert transferred'),
  'alert.accepted': row('Varsel overtatt', 'Alert accepted'),
  'alert.rejected': row('Varsel avvist', 'Alert rejected'),
  'alert.resolved': row('Varsel løst', 'Alert resolved'),
  'alert.auto-resolved': row('Varsel løst av seg selv', 'Alert auto-resolved'),
  'alert.cancelled': row('Varsel avlyst', 'Alert cancelled'),
  'alert.expired': row('Varsel utløpt', 'Alert expired'),
  'system.test': row('Prøvehendelse', 'Test event'),
  'system.gap-detected': row('Hull i rekkefølgen', 'Gap in the sequence'),
  'system.backfill-started': row('Etterlevering begynt', 'Back-fill started'),
  'system.backfill-completed': row('Etterlevering ferdig', 'Back-fill completed'),
}
