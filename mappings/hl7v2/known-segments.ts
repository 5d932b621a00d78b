/** What is known of segments without mapping them: their names, and fields that carry no clinical fact. */

/** Segments of HL7 v2.8 that the mapped messages may hold; any other is unknown, Z-segments among them. */
const KNOWN = new Set(
  (
    'MSH SFT UAC EVN PID PD1 ARV ROL PRT NK1 PV1 PV2 DB1 OBX AL1 IAM DG1 DRG PR1 GT1 IN1 IN2 IN3 ACC UB1 UB2 PDA MRG ' +
    'ORC TQ1 TQ2 RXO RXR RXC RXE RXD RXG RXA NTE FT1 BLG CTI CTD CDO OBR SPM DSC ACC NPU'
  ).split(' '),
)

/** By segment: fields (or `*`) that steer the exchange or number the rows, with the reason that they are not facts. */
const ADMINISTRATIVE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  MSH: { '*': 'addresses and steers the message' },
  SFT: { '*': 'software of the sender' },
  UAC: { '*': 'user authentication' },
  EVN: { '*': 'event of the sender' },
  PID: {
    '1': 'set id',
    '18': 'account of billing',
    '33': 'last update of the record',
    '34': 'last update of the record',
  },
  PV1: { '1': 'set id', '50': 'account of billing' },
  AL1: { '1': 'set id' },
  NTE: { '1': 'set id', '2': 'source of comment' },
  NK1: { '1': 'set id' },
  OBX: { '1': 'set id' },
  TQ1: { '1': 'set id' },
  DG1: { '1': 'set id' },
  GT1: { '*': 'billing' },
  IN1: { '*': 'billing' },
  IN2: { '*': 'billing' },
  IN3: { '*': 'billing' },
  FT1: { '*': 'billing' },
  BLG: { '*': 'billing' },
  DRG: { '*': 'billing' },
  DSC: { '*': 'continuation of the message' },
}

export const isKnownSegment = (name: string): boolean => KNOWN.has(name)

/** Why nothing in a segment is a clinical fact; undefined when something may be. */
export const administrativeSegment = (segment: string): string | undefined => ADMINISTRATIVE[segment]?.['*']

/** Why a field carries no clinical fact; undefined when it may carry one. */
export const administrativeNote = (segment: string, field: number): string | undefined =>
  ADMINISTRATIVE[segment]?.[String(field)]
