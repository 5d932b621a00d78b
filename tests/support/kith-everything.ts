/** Messages with as much in them as their formats have room for, beyond products and doses (kith-arbitrary-products.ts). */
import { ENTRY_ID, M10_ID, MSG_ID, m1, m5, m10, m251, m252, m253, m254, packedXml } from './kith-fixtures.js'
import { apotek, fastlege, liis, sykehuslege } from './kith-people.js'
import { m28, m271, m272 } from './kith-register-fixtures.js'

const FK1 = 'http://www.kith.no/xmlstds/felleskomponent1'
const id = (value: string, type: string): string =>
  `<Id xmlns="${FK1}">${value}</Id><TypeId xmlns="${FK1}" V="${type}" S="2.16.578.1.12.4.1.1.8116"/>`
const SPECIALTY = '<Spesialitet V="21" S="2.16.578.1.12.4.1.1.7426" DN="Allmennmedisin"/>'
const INSTITUTION = '<InstitusjonsID V="7" S="2.16.578.1.12.4.1.1.9051" DN="Prøvekode"/>'
const organisation = `<Organisasjon><HerId>${id('8900777', 'HER')}</HerId><Inst>Prøvefjord sykehus</Inst><Dept>Avdeling 1</Dept>${INSTITUTION}</Organisasjon>`
const person = `<Helseperson><HprId>${id('9900888', 'HPR')}</HprId><Fornavn>Per</Fornavn><Etternavn>Prøve</Etternavn>${SPECIALTY}</Helseperson>`
const address = ['Type V="RES" DN="Besøk"/', 'StreetAdr>Gata 1</StreetAdr', 'PostalCode>0001</PostalCode']
  .concat([
    'City>Prøveby</City',
    'Postbox>77</Postbox',
    'County V="0301" DN="Oslo"/',
    'Country V="NO" DN="Norge"/',
  ])
  .map((part) => `<${part}>`.replace(/^<(\w+)/, `<$1 xmlns="${FK1}"`))
  .join('')

const flags =
  '<Vernepliktig>true</Vernepliktig><SoktIndividRefusjon>true</SoktIndividRefusjon><Frikort>false</Frikort>' +
  '<Vergeinnsynsreservasjon>true</Vergeinnsynsreservasjon><TilEgenPraksis>false</TilEgenPraksis><RekvLegensNavn>true</RekvLegensNavn>'
const after =
  `<Instituert>${organisation}${person}</Instituert><EkspAnm><Vilkar>true</Vilkar><MetodeEkspedering V="F" DN="Forsendelse"/>` +
  `<Utleverer>8900003</Utleverer><Kontaktperson>Kari Kontakt</Kontaktperson><Adresse>${address}</Adresse><Merknad>Ring først</Merknad>` +
  '<OrgNrUtleverer>999000303</OrgNrUtleverer><UtlevererNavn>Prøvetorget apotek</UtlevererNavn></EkspAnm>' +
  '<Utlending><ArbeidstakerNorge>true</ArbeidstakerNorge><Konvensjonsland V="EE" DN="Estland"/><EEA><EEADok V="EHIC"/>' +
  '<EEACardId>8023300000</EEACardId><EEAId>4711</EEAId><EEATrygdekontorNavn>Kontoret</EEATrygdekontorNavn><EEATrygdekontorNr>9</EEATrygdekontorNr>' +
  '<EEAGyldighetFra>2023-01-01</EEAGyldighetFra><EEAGyldighet>2026-01-01</EEAGyldighet></EEA></Utlending>'
const withoutApproval =
  '<LegemiddelUtenMt><Begrunnelse>Ingen annen</Begrunnelse><Produsent>Fabrikken</Produsent><DirektesoknadSlv>true</DirektesoknadSlv></LegemiddelUtenMt>'
const administration =
  '<AdministreringForskrivning><AdmVed V="1" DN="Selv"/><AdmMate V="2" DN="Oral"/><AdmEtterSkjema>true</AdmEtterSkjema><AdmSkjema>Skjema 3</AdmSkjema></AdministreringForskrivning>'

const allergy = (about: string, refuted: string): string =>
  '<Allergi xmlns="http://www.kith.no/xmlstds/eresept/ki/2013-04-25"><Reaksjon V="1" S="2.16.578.1.12.4.1.1.7497" DN="Anafylaksi" OT="Hevelse"/>' +
  '<Kommentar>Som barn</Kommentar><Oppdatert>2023-01-02T03:04:05</Oppdatert><Kilde V="3" S="2.16.578.1.12.4.1.1.7498" DN="Pasienten"/>' +
  `<Legemiddelreaksjon><Atc V="J01CE02" S="2.16.578.1.12.4.1.1.7180" DN="Penicillin"/><Virkestoff>${about}</Virkestoff><Virkestoff>Annet</Virkestoff>` +
  `<VirkestoffId>ID_${about}</VirkestoffId><MerkevareId>ID_B${about}</MerkevareId><Hjelpestoffreaksjon>true</Hjelpestoffreaksjon>` +
  `<Varenavn>Prøvecillin</Varenavn></Legemiddelreaksjon>${refuted}</Allergi>`
const question =
  '<Sporsmal><Kode V="4" S="2.16.578.1.12.4.1.1.7495" DN="Annet spørsmål"/><Merknad>Hvorfor?</Merknad><Tidspunkt>2024-03-01T10:00:00</Tidspunkt>' +
  '<Stiller>8900003</Stiller><Mottaker>8900001</Mottaker><Svar><Kode V="7" S="2.16.578.1.12.4.1.1.7493" DN="Svar"/><Merknad>Derfor</Merknad></Svar></Sporsmal>'
const packing =
  '<Pakkeinfo><Bestillingsfrist>2024-03-12T12:00:00+01:00</Bestillingsfrist><ForsteDoseringsdato>2024-03-18</ForsteDoseringsdato>' +
  '<SisteDoseringsdato>2024-03-31</SisteDoseringsdato></Pakkeinfo>'

const intervention = (kind: string): string =>
  `<Intervensjon><Kode V="3" S="2.16.578.1.12.4.1.1.7412" DN="Årsak"/><EndringsType V="${kind}" DN="Endring"/><KonfKunde>true</KonfKunde>` +
  `<KonfLege>${id('9900017', 'HPR')}</KonfLege><Begrunnelse>Etter avtale</Begrunnelse></Intervensjon>`
const paper =
  '<Papirresept>true</Papirresept><RekvirentPapir xmlns="http://www.kith.no/xmlstds/eresept/utlevering/2013-10-08">' +
  `<Ident>${id('9900018', 'HPR')}</Ident><Fornavn>Ola</Fornavn><Etternavn>Papir</Etternavn>${SPECIALTY}<Inst>Kontoret</Inst><Dept>2</Dept>` +
  `<RekvirentNordisk>true</RekvirentNordisk>${INSTITUTION}</RekvirentPapir>`
const payments = [1, 2, 3, 4]
  .map(
    (month) =>
      `<Egenandel><StartEgenandelsperiode>2024-0${month}-01</StartEgenandelsperiode><BetaltEgenandel V="${month}.5" U="NOK"/></Egenandel>`,
  )
  .join('')

/** Name and message. */
export const everyKind: readonly (readonly [string, string])[] = [
  [
    'M1',
    m1({
      patient: { ...liis, idType: 'DNR' },
      after,
      refNr: '900000017',
      locked: true,
      earliest: '2024-03-02',
      doctor: sykehuslege,
    })
      .replace('<RefNr>', `${flags}<RefNr>`)
      .replace('<Forskrivning ', `${withoutApproval}<Forskrivning `)
      .replace('<Bruk ', '<IngenKombinasjon>true</IngenKombinasjon><Bruk ')
      .replace('<Dosering>', `${administration}<Dosering>`)
      .replace('<LastResept>', '<UtskrevetSykehus>true</UtskrevetSykehus><LastResept>')
      .replace('</GivenName>', '</GivenName><DateOfBirth>1970-01-01</DateOfBirth><Sex V="1" DN="Mann"/>'),
  ],
  ['M5', m5({ newPrescriptionId: M10_ID, reason: '1', note: 'Fornyet' })],
  [
    'M10',
    m10({
      finished: true,
      batch: 'LOT-7',
      interventions: intervention('V') + intervention('D'),
      after: payments + paper,
    })
      .replace('<AnsattId>', '<PrisLegemiddelUtenMt V="99.5" U="NOK"/><AnsattId>')
      .replace('<Batchnr>', '<ByttereservasjonKunde>true</ByttereservasjonKunde><Batchnr>'),
  ],
  ['M10 that cancels', m10({ cancels: M10_ID, msgId: MSG_ID })],
  ['M10 of a dispense given up', m10({ givenUp: '6', medicine: null, batch: 'LOT-8' })],
  [
    'M25.1',
    m251({
      roles: ['L', 'M'],
      note: 'Listemerknad',
      locum: '1',
      refToParent: MSG_ID,
      allergies: allergy('Penicillin', '<Avkreftet>true</Avkreftet>') + allergy('Amoksicillin', ''),
      entries: [
        {
          id: ENTRY_ID,
          prescriptionId: MSG_ID,
          medicallyChanged: true,
          stop: { at: '2024-05-01T12:00:00', reason: 'L', note: 'utslett' },
          questions: question,
        },
      ],
    })
      .replace(
        '<EnkeltoppforingLIB>',
        `<Rolle><Rolle V="P" DN="PLO"/>${organisation}</Rolle><EnkeltoppforingLIB>`,
      )
      .replace('</ReseptId>', '</ReseptId><UtlopsdatoResept>2025-01-01</UtlopsdatoResept>'),
  ],
  [
    'M25.2',
    m252({
      packing,
      note: 'Hilsen',
      entries: [{ id: ENTRY_ID, prescriptionId: MSG_ID, questions: question }],
    }),
  ],
  [
    'M25.3',
    m253({
      packing,
      entries: [
        {
          id: ENTRY_ID,
          prescriptionId: MSG_ID,
          packedCentrally: '1',
          packed:
            packedXml({
              m10: M10_ID,
              repacking: 'E',
              image: 'https://bilder.invalid/1',
              from: '2024-03-04',
              to: '2024-03-10',
            }) + packedXml({ from: '2024-03-11', to: '2024-03-17' }),
        },
      ],
    }),
  ],
  ['M25.4', m254({ note: 'Til kjernejournal' })],
  ['M27.1 of a doctor', m271({ status: 'A' })],
  ['M27.1 of a pharmacy', m271({ organisation: apotek })],
  [
    'M27.2',
    m272({ registered: false, doctor272: { doctor: fastlege, until: '2024-03-01' }, pharmacy: apotek }),
  ],
  ['M28', m28()],
]
