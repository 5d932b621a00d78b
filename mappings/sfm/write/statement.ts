/** A line of the shared list → sfm-MedicationStatement, with what its prescription and its row of the PLL say (norwegian-fhir.md 2.4). */
import type { Extension, MedicationRequest, MedicationStatement, Reference } from 'fhir/r4.js'
import { extensionUrl, volven } from '../../../src/core/canonical.js'
import { ext, filled, nested } from '../../kith/build.js'
import { EXT } from '../../kith/extensions.js'
import { amendmentExtension } from './amendment.js'
import { r4Dosages, sourceWords } from './dosing.js'
import { medicationEntry } from './medication.js'
import type { Parties } from './parties.js'
import {
  codeIn,
  type Entry,
  entryUrl,
  extOf,
  idOf,
  isTime,
  national,
  refer,
  SFM,
  SFM_CODES,
  sfmProfile,
  typedId,
} from './parts.js'

export interface LineSource {
  readonly line: MedicationStatement
  /** The prescription that governs it. */
  readonly request: MedicationRequest | undefined
  /** The newest row that a list or client has for it. */
  readonly row: MedicationStatement | undefined
  /** Prescriptions before the governing one, newest first. */
  readonly earlier: readonly MedicationRequest[]
}

export interface WriteContext {
  readonly parties: Parties
  readonly subject: Reference
  readonly zone: string
}

/** The statement, its medicine, and those that it renewed. */
export function statementEntries(source: LineSource, context: WriteContext): Entry[] {
  const url = entryUrl('MedicationStatement', source.line.id ?? '')
  return [
    ...lineStatement(source, url, context),
    ...source.earlier.flatMap((one) => earlierStatement(one, url, context)),
  ]
}

function lineStatement(source: LineSource, url: string, context: WriteContext): Entry[] {
  const { line, request, row } = source
  const { entry, reference } = medicationEntry(line, line.id ?? '')
  const dosages = line.dosage ?? []
  const pll = typedId(row?.identifier, 'PLL') ?? typedId(line.identifier, 'PLL')
  const reseptId = [request, row, line]
    .map((one) => typedId(one?.identifier, 'ReseptId'))
    .find((id) => id !== undefined)
  // What an e-prescription alone tells of, starts as its dosing says.
  const start = (row ?? (reseptId === undefined ? line : undefined))?.effectivePeriod?.start
  const reasons = (line.reasonCode ?? []).filter(
    (one) => one.coding !== undefined && national(one) === undefined,
  )
  const statement: MedicationStatement = {
    resourceType: 'MedicationStatement',
    id: idOf(url),
    meta: sfmProfile('sfm-MedicationStatement'),
    extension: [
      ...amendmentExtension(source, sourceWords(dosages, writtenIn(source)), context.zone),
      ...registrations(source, context.parties),
      ...substitution(source),
      ...discontinuation(source),
      ...administration(row),
    ],
    identifier: [
      ...identifierOf('PLL', pll),
      ...identifierOf('ReseptId', reseptId),
      // What has no PLL id is known by the hub's own.
      ...(pll === undefined ? identifierOf('treatmentID', line.id) : []),
    ],
    status: line.status,
    ...(line.status === 'stopped' || line.statusReason === undefined
      ? {}
      : { statusReason: line.statusReason }),
    medicationReference: reference,
    subject: context.subject,
    ...(start === undefined ? {} : { effectivePeriod: { start } }),
    ...filled('reasonCode', reasons),
    dosage: dosageOf(source),
  }
  return [entry, { fullUrl: url, resource: statement }]
}

const writtenIn = ({ request, row }: LineSource): (string | undefined)[] => [
  row?.dosage?.[0]?.text,
  request?.dosageInstruction?.[0]?.text,
]

const identifierOf = (type: string, value: string | undefined) =>
  value === undefined ? [] : [{ use: 'usual' as const, type: { text: type }, value }]

const generatedText = (line: MedicationStatement): string | undefined =>
  extOf(line.extension, extensionUrl('dosage-text'))?.valueString

function dosageOf(source: LineSource): NonNullable<MedicationStatement['dosage']> {
  const { line, request, row } = source
  const dosages = line.dosage ?? []
  const [first = { sequence: 1 }, ...rest] = r4Dosages(dosages)
  const words = sourceWords(dosages, writtenIn(source)) ?? first.text ?? generatedText(line)
  const use = extOf(row?.extension, EXT.use) ?? extOf(request?.extension, EXT.use)
  const shortDose = extOf(dosages[0]?.extension, EXT.shortDose)
  const indication = (line.reasonCode ?? []).flatMap(({ coding, text }) =>
    coding === undefined ? (text ?? []) : [],
  )
  const instructions = (row?.dosage?.[0] ?? request?.dosageInstruction?.[0])?.additionalInstruction
  const said = (row?.dosage?.[0] ?? request?.dosageInstruction?.[0])?.patientInstruction
  return [
    {
      ...first,
      ...filled('extension', [
        ...ext(`${SFM}/sfm-shortdosage`, 'valueCodeableConcept', shortDose?.valueCodeableConcept),
        ...ext(`${SFM}/sfm-use`, 'valueCodeableConcept', use?.valueCodeableConcept),
        ...nested(`${SFM}/sfm-application-area`, [
          ext('text', 'valueString', indication.length === 0 ? undefined : indication.join('\n')),
        ]),
        ...(first.extension ?? []),
      ]),
      ...(words === undefined ? {} : { text: words }),
      ...filled(
        'additionalInstruction',
        (instructions ?? []).filter((one) => codeIn(one, volven(7479)) !== undefined),
      ),
      ...(said === undefined ? {} : { patientInstruction: said }),
    },
    ...rest,
  ]
}

const PRESCRIBED: readonly [string, string] = ['1', 'Forskrevet av']
const DISCONTINUED: readonly [string, string] = ['3', 'Seponert av']

function registrations({ line, request, row }: LineSource, parties: Parties): Extension[] {
  const roles = (row?.extension ?? []).filter(({ url }) => url === EXT.listRole)
  const inRole = (code: string) =>
    roles.find(({ extension }) => extOf(extension, 'role')?.valueCodeableConcept?.coding?.[0]?.code === code)
  const actor = (code: string) => extOf(inRole(code)?.extension, 'actor')?.valueReference
  const prescriber = request?.requester ?? actor('R') ?? line.informationSource
  const prescribed = request?.authoredOn ?? row?.dateAsserted
  const stopped = stopOf({ line, row }) === undefined ? undefined : row?.dateAsserted
  return [
    ...registration(PRESCRIBED, parties.of(prescriber), prescribed),
    ...(stopped === undefined ? [] : registration(DISCONTINUED, parties.of(actor('S')), stopped)),
  ]
}

function registration(
  [code, display]: readonly [string, string],
  provider: Reference | undefined,
  at: string | undefined,
): readonly Extension[] {
  if (provider === undefined) return []
  return nested(`${SFM}/sfm-regInfo`, [
    ext('status', 'valueCodeableConcept', {
      coding: [
        {
          system: `${SFM_CODES}/sfm-medicationstatement-registration-status`,
          code: '3',
          display: 'Godkjent',
        },
      ],
    }),
    ext('type', 'valueCodeableConcept', {
      coding: [{ system: `${SFM_CODES}/sfm-performer-roles`, code, display }],
    }),
    ext('provider', 'valueReference', provider),
    ext('timestamp', 'valueDateTime', isTime(at) ? at : undefined),
  ])
}

function substitution({ request, row }: LineSource): readonly Extension[] {
  const reserved = extOf(row?.extension, EXT.substitutionReserved)?.valueCodeableConcept?.coding?.[0]?.code
  const accepted =
    request?.substitution?.allowedBoolean ?? (reserved === undefined ? undefined : reserved !== '1')
  return nested(`${SFM}/sfm-generic-substitution`, [
    ext('genericSubstitutionAccepted', 'valueBoolean', accepted),
  ])
}

/** The end of a treatment that was decided, also where it lies ahead. A course that runs out is told by its dosing. */
function stopOf({ line, row }: Pick<LineSource, 'line' | 'row'>): string | undefined {
  if (line.status === 'stopped') return line.effectivePeriod?.end ?? row?.effectivePeriod?.end
  return row?.status === 'active' ? row.effectivePeriod?.end : undefined
}

function discontinuation({ line, row }: LineSource): readonly Extension[] {
  const at = stopOf({ line, row })
  const reason = line.statusReason?.[0] ?? row?.statusReason?.[0]
  return nested(`${SFM}/sfm-discontinuation`, [
    ext('timedate', 'valueDateTime', at),
    ext('reason', 'valueCodeableConcept', at === undefined ? undefined : national(reason)),
  ])
}

function administration(row: MedicationStatement | undefined): readonly Extension[] {
  return nested(`${SFM}/sfm-administration`, [
    ext('nocombination', 'valueBoolean', extOf(row?.extension, EXT.noCombination)?.valueBoolean),
    ext('mddispensed', 'valueBoolean', extOf(row?.extension, EXT.multidose)?.valueBoolean),
  ])
}

/** A prescription that was renewed: no treatment of its own, part of the one that goes on. */
function earlierStatement(request: MedicationRequest, head: string, context: WriteContext): Entry[] {
  const reseptId = typedId(request.identifier, 'ReseptId')
  if (reseptId === undefined) return []
  const url = entryUrl('MedicationStatement', `ReseptId ${reseptId}`)
  const { entry, reference } = medicationEntry(request, `ReseptId ${reseptId}`)
  const dosages = request.dosageInstruction ?? []
  const source = { line: { ...EMPTY, subject: context.subject }, request, row: undefined, earlier: [] }
  const statement: MedicationStatement = {
    resourceType: 'MedicationStatement',
    id: idOf(url),
    meta: sfmProfile('sfm-MedicationStatement'),
    extension: [
      ...amendmentExtension(
        { ...source, line: { ...source.line, dosage: dosages } },
        dosages[0]?.text,
        context.zone,
      ),
      ...registrations(source, context.parties),
      ...substitution(source),
    ],
    identifier: identifierOf('ReseptId', reseptId),
    partOf: [refer('MedicationStatement', head)],
    status: 'completed',
    medicationReference: reference,
    subject: context.subject,
    dosage: dosageOf({ ...source, line: { ...source.line, dosage: dosages } }),
  }
  return [entry, { fullUrl: url, resource: statement }]
}

const EMPTY = { resourceType: 'MedicationStatement', status: 'completed' } as const
