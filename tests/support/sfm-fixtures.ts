/** Made-up answers of SFM's $getMedication in the form that SFM gives them. */
import { syntheticNumber } from './kith-people.js'
import {
  type Json,
  SFM,
  type SfmStatementOptions,
  sfmStatement,
  urlOf,
  value,
} from './sfm-statement-fixtures.js'

export const SFM_PATIENT = syntheticNumber('1948-04-12', 3)
export const SFM_FETCHED = '2026-11-20T10:00:00.123+01:00'

export interface SfmDocumentOptions {
  readonly statements?: readonly SfmStatementOptions[]
  readonly patient?: string
  readonly id?: string
  readonly fetched?: string
  /** Of the M25.1; none where null. */
  readonly pll?: { readonly id: string; readonly date: string } | null
  readonly more?: readonly Json[]
}

export const PLL_MESSAGE = '6f1a7f6e-6a35-4c4e-8a41-2f5f2c5b7a01'

export function sfmDocument({
  statements = [],
  patient = SFM_PATIENT,
  id = '0d4bbf7e-54d2-4a4b-9d6a-0a27cf06b001',
  fetched = SFM_FETCHED,
  pll = { id: PLL_MESSAGE, date: '2026-11-02T13:00:00.5+01:00' },
  more = [],
}: SfmDocumentOptions = {}): Json {
  const identifier = (system: string, number: string): Json => ({ use: 'official', system, value: number })
  const entry = [
    {
      fullUrl: urlOf('composition'),
      resource: {
        resourceType: 'Composition',
        identifier: { use: 'official', value: id },
        status: 'final',
        type: { coding: [{ system: 'http://loinc.org', code: '11503-0' }] },
        subject: { reference: urlOf('patient'), type: `${SFM}/sfm-Patient` },
        date: fetched.slice(0, 10),
        author: [{ reference: urlOf('doctor') }, { reference: urlOf('office') }],
        title: 'Medication summary',
        section: [
          {
            code: {
              coding: [
                { system: 'http://ehelse.no/fhir/CodeSystem/sfm-section-types', code: 'sectionMedication' },
              ],
            },
            entry: statements.map((one) => ({
              reference: urlOf(one.id),
              type: `${SFM}/sfm-MedicationStatement`,
            })),
          },
        ],
      },
    },
    {
      fullUrl: urlOf('doctor'),
      resource: {
        resourceType: 'Practitioner',
        id: '1',
        identifier: [identifier('urn:oid:2.16.578.1.12.4.1.4.4', '9000001')],
        name: [{ family: 'Lege', given: ['Lise'] }],
      },
    },
    {
      fullUrl: urlOf('office'),
      resource: {
        resourceType: 'Organization',
        id: '2',
        identifier: [identifier('urn:oid:2.16.578.1.12.4.1.2', '8140001')],
        name: 'Legekontoret',
      },
    },
    {
      fullUrl: urlOf('patient'),
      resource: {
        resourceType: 'Patient',
        id: '3',
        identifier: [
          {
            use: 'official',
            type: { coding: [{ system: 'http://hl7.no/fhir/NamingSystem/FNR', code: 'FNR-nummer' }] },
            system: 'urn:oid:2.16.578.1.12.4.1.4.1',
            value: patient,
          },
        ],
        name: [{ family: 'Prøve', given: ['Kari'] }],
        gender: 'female',
      },
    },
    ...statements.flatMap(sfmStatement),
    ...(pll === null
      ? []
      : [
          {
            fullUrl: urlOf('pll'),
            resource: {
              resourceType: 'Basic',
              extension: [
                {
                  url: `${SFM}/sfm-pllInformation`,
                  extension: [value('PLLdate', { valueDateTime: pll.date })],
                },
              ],
              identifier: [{ use: 'usual', value: pll.id }],
              code: {
                coding: [{ system: 'http://ehelse.no/fhir/CodeSystem/sfm-message-type', code: 'M25.1' }],
              },
              subject: { reference: urlOf('patient') },
              author: { reference: urlOf('doctor') },
            },
          },
        ]),
    ...more,
  ]
  return {
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'medication',
        resource: {
          resourceType: 'Bundle',
          type: 'document',
          timestamp: fetched,
          total: entry.length,
          entry,
        },
      },
      { name: 'RFHentetTidspunkt', valueDateTime: fetched },
      { name: 'RFHarLaste', valueBoolean: false },
    ],
  }
}
