/** Made-up statements of SFM's $getMedication in the form that SFM gives them, faults of R4 included. */

export const SFM = 'http://ehelse.no/fhir/StructureDefinition'
const volven = (number: number) => `urn:oid:2.16.578.1.12.4.1.1.${number}`

export type Json = Readonly<Record<string, unknown>>

const concept = (number: number, code: string, display?: string): Json => ({
  coding: [{ system: volven(number), code, ...(display === undefined ? {} : { display }) }],
})
export const value = (url: string, of: Json): Json => ({ url, ...of })

export interface SfmDose {
  readonly amount: number
  readonly unit?: string
  /** Volven 8325. */
  readonly part?: string
  readonly interval?: number
}
export interface SfmStatementOptions {
  readonly id: string
  readonly pll?: string
  readonly resept?: string
  readonly status?: string
  readonly name?: string
  readonly fest?: string
  readonly registration?: '1' | '2' | '3'
  readonly atc?: string
  readonly prescribed?: string
  readonly expires?: string
  readonly lastChanged?: string
  readonly text?: string
  readonly doses?: readonly SfmDose[]
  readonly start?: string
  readonly stop?: { readonly at: string; readonly reason: string; readonly decided?: string }
  /** Volven 7408. */
  readonly register?: string
  /** Volven 7500. */
  readonly recall?: string
  /** fullUrl of the statement that goes on. */
  readonly partOf?: string
  readonly use?: string
  readonly multidose?: boolean
  readonly more?: readonly Json[]
}

export const urlOf = (id: string): string => `urn:uuid:${id}`

export function sfmMedication(options: SfmStatementOptions): Json {
  const {
    atc = 'C07AB02',
    fest = 'ID_METO',
    name = 'Metoprolol depottab 50 mg',
    registration = '1',
  } = options
  return {
    fullUrl: urlOf(`${options.id}-medication`),
    resource: {
      resourceType: 'Medication',
      id: `m${options.id}`,
      extension: [
        {
          url: 'http://hl7.no/fhir/StructureDefinition/no-basis-prescriptiongroup',
          extension: [{ url: 'prescriptiongroup', valueCodeableConcept: concept(7421, 'C') }],
        },
        {
          url: `${SFM}/sfm-medicationdetails`,
          extension: [
            {
              url: 'registreringstype',
              valueCodeableConcept: {
                coding: [
                  { system: 'http://ehelse.no/fhir/CodeSystem/sfm-festregistrationtype', code: registration },
                ],
              },
            },
          ],
        },
      ],
      code: {
        coding: [
          { system: 'http://ehelse.no/fhir/CodeSystem/FEST', code: fest, display: name },
          { system: 'http://www.whocc.no/atc', code: atc, display: 'Metoprolol' },
        ],
      },
      status: 'active',
      form: concept(7448, '25', 'Depottablett'),
    },
  }
}

export function sfmStatement(options: SfmStatementOptions): readonly Json[] {
  const {
    doses = [{ amount: 1, part: '1' }],
    lastChanged = '2026-10-01T12:00:00.1234567+02:00',
    prescribed = '2026-10-01',
    start = '2026-10-01',
    text = '1 tablett morgen',
  } = options
  const registered = (type: string, at: string): Json => ({
    url: `${SFM}/sfm-regInfo`,
    extension: [
      { url: 'type', valueCodeableConcept: { coding: [{ system: 'sfm-performer-roles', code: type }] } },
      { url: 'provider', valueReference: { reference: urlOf('doctor'), type: `${SFM}/sfm-Practitioner` } },
      { url: 'timestamp', valueDateTime: at },
    ],
  })
  const amendment: Json[] = [
    value('reseptdate', { valueDate: prescribed }),
    value('expirationdate', { valueDate: options.expires ?? '2027-10-01' }),
    value('dssn', { valueString: text }),
    value('amount', { valueQuantity: { value: 98, unit: 'stk' } }),
    value('reit', { valueString: '3' }),
    value('itemgroup', { valueCodeableConcept: concept(7402, 'L') }),
    value('typeresept', { valueCodeableConcept: concept(7491, options.resept === undefined ? 'U' : 'E') }),
    value('lastchanged', { valueDateTime: lastChanged }),
    ...(options.register === undefined
      ? []
      : [
          {
            url: 'rfstatus',
            extension: [{ url: 'status', valueCodeableConcept: concept(7408, options.register) }],
          },
        ]),
    ...(options.recall === undefined
      ? []
      : [
          {
            url: 'recallinfo',
            extension: [{ url: 'recallcode', valueCodeableConcept: concept(7500, options.recall) }],
          },
        ]),
    {
      url: 'ereseptdosing',
      extension: [
        value('starttime', { valueDate: start }),
        ...doses.map(({ amount, interval = 1, part, unit = 'tablett' }) => ({
          url: 'repeatingdosage',
          extension: [
            value('amount', { valueQuantity: { value: amount, unit } }),
            value('interval', { valueQuantity: { value: interval, unit: 'Døgn' } }),
            value('accurate', { valueBoolean: false }),
            ...(part === undefined
              ? []
              : [value('timerange', { valueCodeableConcept: concept(8325, part) })]),
          ],
        })),
      ],
    },
  ]
  const statement = {
    resourceType: 'MedicationStatement',
    id: options.id,
    extension: [
      { url: `${SFM}/sfm-reseptamendment`, extension: amendment },
      { url: 'effectiveDateTime', valueDate: start },
      registered('1', `${prescribed}T09:30:00+02:00`),
      ...(options.stop === undefined
        ? []
        : [
            {
              url: `${SFM}/sfm-discontinuation`,
              extension: [
                value('timedate', { valueDateTime: options.stop.at }),
                value('reason', { valueCodeableConcept: concept(7494, options.stop.reason) }),
              ],
            },
            registered('3', options.stop.decided ?? options.stop.at),
          ]),
      {
        url: `${SFM}/sfm-generic-substitution`,
        extension: [value('genericSubstitutionAccepted', { valueBoolean: true })],
      },
      ...(options.multidose === undefined
        ? []
        : [
            {
              url: `${SFM}/sfm-administration`,
              extension: [value('mddispensed', { valueBoolean: options.multidose })],
            },
          ]),
      ...(options.more ?? []),
    ],
    identifier: [
      ...(options.pll === undefined ? [] : [{ use: 'usual', type: { text: 'PLL' }, value: options.pll }]),
      ...(options.resept === undefined
        ? []
        : [{ use: 'usual', type: { text: 'ReseptId' }, value: options.resept }]),
    ],
    status: options.status ?? (options.stop === undefined ? 'active' : 'stopped'),
    ...(options.partOf === undefined ? {} : { partOf: [{ reference: options.partOf }] }),
    medicationReference: {
      reference: urlOf(`${options.id}-medication`),
      type: `${SFM}/sfm-Medication`,
      display: options.name ?? 'Metoprolol depottab 50 mg',
    },
    subject: { reference: urlOf('patient'), type: `${SFM}/sfm-Patient` },
    dosage: [
      {
        extension: [{ url: `${SFM}/sfm-use`, valueCodeableConcept: concept(9101, options.use ?? '1') }],
        sequence: 1,
        text,
      },
    ],
  }
  return [sfmMedication(options), { fullUrl: urlOf(options.id), resource: statement }]
}
