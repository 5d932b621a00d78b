/**
 * Norwegian code lists (Volven) that the hub reads by meaning: codes and short displays, as public facts. Lists that
 * it only passes on (forms, specialities, product groups …) stay as the sender wrote them.
 */

const CODES = {
  /** Yes, no. */
  1101: { 1: 'Ja', 2: 'Nei' },
  3101: { 0: 'Ikke kjent', 1: 'Mann', 2: 'Kvinne', 9: 'Ikke spesifisert' },
  7402: { A: 'Annet', L: 'Legemiddel' },
  7404: { F: 'Forsendelse', L: 'LAR', U: 'Utlevering' },
  /** Why a search for prescriptions found nothing. */
  7407: {
    1: 'Ugyldig referansenummer',
    2: 'Ugyldig fødselsnummer',
    3: 'Ugyldig nødsøk',
    4: 'Ingen resept på dette søk',
  },
  /** Status of a prescription at the broker. */
  7408: {
    A: 'Avslått søknad fra SLV',
    B: 'Under behandling av SLV',
    E: 'Ekspederbar',
    F: 'Foreldet',
    H: 'HPR mangler fødselsnummer',
    R: 'Resept avsluttet',
    T: 'Tilbakekalt',
    U: 'Under ekspedering',
    X: 'Ugyldig',
  },
  /** Why dispensing was given up. */
  7411: {
    1: 'Ikke ønsket vare',
    2: 'Utgått resept',
    3: 'Uavhentet vare',
    4: 'Annen årsak',
    5: 'Utskrift til kunde',
    6: 'Apotek mangler vare',
    7: 'Forespurt resept finnes ikke i RF',
    8: 'Multidosepakking',
    9: 'Utskrift til PLO',
    10: 'Informasjon til kunde',
    11: 'Informasjon til helsepersonell',
    15: 'Multidose',
    16: 'Teknisk svikt',
    17: 'Resept låst til annet apotek',
    18: 'Farmasøytisk tjeneste',
  },
  7413: {
    D: 'Endret dosering',
    P: 'Endret personopplysninger',
    R: 'Endret refusjonshjemmel',
    V: 'Valgt annen vare',
  },
  7421: {
    A: 'Reseptgruppe A',
    B: 'Reseptgruppe B',
    C: 'Reseptgruppe C',
    CF: 'Reseptgruppe CF',
    F: 'Reseptgruppe F',
    K: 'Kosttilskudd',
  },
  /** Role towards the patient. */
  7490: {
    A: 'Ansvarlig farmasøyt',
    F: 'Fastlege',
    I: 'Instituert av',
    L: 'LIB-ansvarlig lege',
    M: 'Multidoseansvarlig lege',
    P: 'PLO-kontakt',
    R: 'Rekvirent',
    S: 'Seponert av',
  },
  7491: { E: 'Eresept', P: 'Papirresept', U: 'Uten resept' },
  /** Answers to the questions of 7495. */
  7493: {
    1: 'Varen seponeres',
    2: 'Varen seponeres ikke',
    3: 'Varen inkluderes i Legemidler i bruk (LIB)',
    4: 'Varen inkluderes ikke i Legemidler i bruk (LIB)',
    5: 'Resept er fornyet',
    6: 'Resept skal ikke fornyes',
    7: 'Svar på annet spørsmål',
    8: 'Beskjed mottatt',
  },
  /** Why a treatment was stopped. */
  7494: {
    A: 'Avsluttet behandling',
    I: 'Interaksjon med annet legemiddel',
    L: 'Legemiddelreaksjon',
    M: 'Manglende effekt',
    P: 'Pasienten har ikke brukt legemiddelet',
    S: 'Pasienten har selv sluttet med legemiddelet',
    X: 'Annen årsak',
  },
  7495: {
    1: 'Skal varen seponeres',
    2: 'Skal varen inkluderes i Legemidler i bruk (LIB)',
    3: 'Skal resepten fornyes',
    4: 'Annet spørsmål',
    5: 'Beskjed fra lege',
  },
  7498: {
    1: 'Resultat av tester/analyser',
    2: 'Observert av behandlende lege',
    3: 'Pasientens egne opplysninger',
    4: 'Pårørendes opplysninger',
    5: 'Hentet fra tidligere journal',
    6: 'Annet',
    7: 'Opplyst av ansvarlig behandler',
  },
  /** Why a prescription was recalled. */
  7500: { 1: 'Fornying', 2: 'Seponering', 3: 'Fornying med endring', 4: 'Annen' },
  7502: { ad: 'ad', qs: 'qs' },
  7503: {
    1: 'Resept tilbakekalt',
    2: 'Resepten er under ekspedering, blir tilbakekalt når ekspedering avsluttes',
  },
  /** Errors of an application receipt. */
  8221: {
    E10: 'Ugyldig meldingsidentifikator',
    E20: 'Lege finnes ikke',
    E21: 'Mottaker finnes ikke',
    E30: 'Pasientens fødselsnummer mangler',
    E31: 'Pasientens fødselsnummer er feil',
    E32: 'Pasientens navn mangler',
    E33: 'Pasientens etternavn mangler',
    E34: 'Pasientens fornavn mangler',
    E35: 'Pasienten finnes ikke i mottakersystemet',
    E36: 'Pasientopplysninger er utilstrekkelige',
    E53: 'Pasientens fødselsnummer eller D-nummer finnes ikke registrert i Folkeregisteret.',
    E54: 'Pasientens fødselsnummer er ikke registrert i mottagersystemet',
    S01: 'Feil på signatur',
    S02: 'Ugyldig sertifikat',
    S03: 'Tilbaketrukket sertifikat',
    S99: 'Annen feil på signatur eller sertifikat',
    T01: "Ikke XML / ikke 'well formed' / uleselig",
    T02: 'XML validerer ikke',
    T10: 'Støtter ikke meldingsformatet',
    T99: 'Annen feil på format',
    X99: 'Annen feil',
  },
  /** Status of a received message. */
  8258: { 1: 'OK', 2: 'Avvist', 3: 'OK, feil i delmelding' },
  /** Part of the day. */
  8325: {
    1: 'Morgen',
    2: 'Formiddag',
    3: 'Midt på dagen',
    4: 'Ettermiddag',
    5: 'Kveld',
    6: 'Natt',
  },
  9080: { 1: 'Vekt', 2: 'Alder', 3: 'Kroppsoverflate', 9: 'Annet' },
  9082: {
    1: 'Mandag',
    2: 'Tirsdag',
    3: 'Onsdag',
    4: 'Torsdag',
    5: 'Fredag',
    6: 'Lørdag',
    7: 'Søndag',
  },
  /** Unit of time, written as text in U. */
  9088: {
    Sekund: 'Sekund',
    Minutt: 'Minutt',
    Time: 'Time',
    Døgn: 'Døgn',
    Måned: 'Måned',
    År: 'År',
  },
  /** Kind of use. */
  9101: { 1: 'Fast', 2: 'Kur', 3: 'Ved behov', 4: 'Vaksine', 5: 'Næringsmiddel/vitaminer' },
} as const satisfies Readonly<Record<number, Readonly<Record<string, string>>>>

export type CodeList = keyof typeof CODES

/** The display of a code, undefined when the list (as known here) lacks it. */
export function displayOf(list: CodeList, code: string): string | undefined {
  const codes: Readonly<Record<string, string>> = CODES[list]
  return Object.hasOwn(codes, code) ? codes[code] : undefined
}

/** The same for a list that may be unknown here. */
export const knownDisplay = (list: number, code: string): string | undefined =>
  isKnownList(list) ? displayOf(list, code) : undefined

const isKnownList = (list: number): list is CodeList => Object.hasOwn(CODES, list)

/** FHIR `when` for 8325. */
export const PART_OF_DAY: ReadonlyMap<string, 'MORN' | 'MORN.late' | 'NOON' | 'AFT' | 'EVE' | 'NIGHT'> =
  new Map([
    ['1', 'MORN'],
    ['2', 'MORN.late'],
    ['3', 'NOON'],
    ['4', 'AFT'],
    ['5', 'EVE'],
    ['6', 'NIGHT'],
  ])

/** FHIR `dayOfWeek` for 9082. */
export const WEEKDAY: ReadonlyMap<string, 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'> = new Map([
  ['1', 'mon'],
  ['2', 'tue'],
  ['3', 'wed'],
  ['4', 'thu'],
  ['5', 'fri'],
  ['6', 'sat'],
  ['7', 'sun'],
])

/** UCUM unit of time for 9088. */
export const TIME_UNIT: ReadonlyMap<string, 's' | 'min' | 'h' | 'd' | 'mo' | 'a'> = new Map([
  ['Sekund', 's'],
  ['Minutt', 'min'],
  ['Time', 'h'],
  ['Døgn', 'd'],
  ['Måned', 'mo'],
  ['År', 'a'],
])

/** FHIR gender for 3101. */
export const GENDER: ReadonlyMap<string, 'male' | 'female' | 'unknown' | 'other'> = new Map([
  ['0', 'unknown'],
  ['1', 'male'],
  ['2', 'female'],
  ['9', 'other'],
])
