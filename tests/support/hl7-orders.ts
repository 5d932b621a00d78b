/** Small HL7 v2 orders of synthetic patients, as many as wanted. */

export interface OrderOptions {
  readonly patient: number
  readonly order: number
  /** MSH-7 and ORC-9, `YYYYMMDDHHMMSS+ZZZZ`. */
  readonly sentAt?: string
  readonly control?: string
  readonly doseTablets?: string
  readonly atc?: string
  readonly name?: string
  readonly pattern?: string
  /** MSH-10; default: one a patient and order. */
  readonly messageId?: string
  /** PID-5 given name. */
  readonly given?: string
}

/** A local number in the sender's own series: no national number is needed to load the hub. */
export const patientNumber = (patient: number): string => `L${String(patient).padStart(6, '0')}`
export const messageControlId = (patient: number, order: number): string => `P${patient}-O${order}`

const MEDICINES: readonly (readonly [atc: string, name: string])[] = [
  ['C07AB02', 'Metoprolol depottablett 50 mg'],
  ['C10AA05', 'Atorvastatin tablett 20 mg'],
  ['N02BE01', 'Paracetamol tablett 500 mg'],
  ['A02BC02', 'Pantoprazol enterotablett 40 mg'],
  ['H03AA01', 'Levotyroksin tablett 75 mikrog'],
  ['C03CA01', 'Furosemid tablett 40 mg'],
  ['B01AC06', 'Acetylsalisylsyre tablett 75 mg'],
  ['C09AA05', 'Ramipril tablett 5 mg'],
  ['N06AB04', 'Citalopram tablett 20 mg'],
  ['M05BA04', 'Alendronat tablett 10 mg'],
]

/** RDE^O11 with one order. */
export function orderMessage(options: OrderOptions): string {
  const [atc, name] = MEDICINES[options.order % MEDICINES.length] ?? ['N02BE01', 'Paracetamol tablett 500 mg']
  const sentAt = options.sentAt ?? '20261120080000+0100'
  return [
    `MSH|^~\\&|EPJ|LEGEKONTORET|STAFETT|HUB|${sentAt}||RDE^O11^RDE_O11|${options.messageId ?? messageControlId(options.patient, options.order)}|P|2.5.1|||AL|NE||UNICODE UTF-8`,
    `PID|1||${patientNumber(options.patient)}^^^LEGEKONTORET^MR||Prøve^${options.given ?? `Person${options.patient}`}||19400101|F`,
    `ORC|${options.control ?? 'NW'}|${options.patient}-${options.order}^EPJ|||||||${sentAt}|||9144900^Lege^Kari^^^^^^HPR`,
    `RXE|^^^${sentAt}|${options.atc ?? atc}^${options.name ?? name}^ATC|${options.doseTablets ?? '1'}||{tablett}^tablett^UCUM`,
    `TQ1|1||${options.pattern ?? 'QAM'}||||${sentAt}`,
    'RXR|PO^Oral^HL70162',
    '',
  ].join('\r')
}
