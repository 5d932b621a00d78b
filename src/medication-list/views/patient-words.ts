/** Words of the list for those who do not work with medicines: card, patient's view, summary. */
import type { MedicationStatement } from 'fhir/r4.js'
import type { Language } from '../dosage/units.js'

export interface PatientWords {
  readonly title: string
  readonly medicine: string
  readonly how: string
  readonly why: string
  readonly when: string
  readonly from: string
  readonly to: string
  readonly asOf: string
  readonly version: string
  readonly notConfirmed: string
  readonly noDose: string
  readonly nothing: Readonly<Record<'nilknown' | 'notstarted' | 'unavailable' | 'withheld', string>>
  readonly incomplete: string
  readonly complete: string
  readonly allergies: string
  readonly attestedBy: (who: string, when: string) => string
  readonly attestedAndChanged: (who: string, when: string, lines: number) => string
  readonly attestedPartly: string
  readonly neverAttested: string
  readonly newest: string
  readonly hidden: (count: number) => string
  readonly state: Readonly<Record<MedicationStatement['status'], string>>
  readonly groups: Readonly<Record<'use' | 'planned' | 'hold' | 'ended' | 'seen', string>>
}

export const PATIENT_WORDS: Readonly<Record<Language, PatientWords>> = {
  nb: {
    title: 'Legemiddelliste',
    medicine: 'Legemiddel',
    how: 'Slik brukes det',
    why: 'Brukes mot',
    when: 'Periode',
    from: 'fra',
    to: 'til',
    asOf: 'Gjelder',
    version: 'Versjon',
    notConfirmed: 'ikke bekreftet av den som har ansvar for listen',
    noDose: 'Dosering er ikke oppgitt',
    nothing: {
      nilknown: 'Bruker ingen legemidler. Dette er spurt om og bekreftet.',
      notstarted: 'Ingen har ført noe på listen ennå. Det betyr ikke at personen ikke bruker legemidler.',
      unavailable: 'Kildene kunne ikke leses nå. Det betyr ikke at personen ikke bruker legemidler.',
      withheld: 'Listen har legemidler som ikke vises her.',
    },
    incomplete: 'Listen er kanskje ikke fullstendig: opplysninger mangler eller venter.',
    complete: 'Alle kjente kilder er med.',
    allergies: 'Overfølsomhet',
    attestedBy: (who, when) => `Gjennomgått av ${who} ${when}.`,
    attestedAndChanged: (who, when, lines) =>
      `Gjennomgått av ${who} ${when}, endret siden (${lines} ${lines === 1 ? 'legemiddel' : 'legemidler'}).`,
    attestedPartly: 'Bare delvis gjennomgått.',
    neverAttested: 'Ikke gjennomgått og bekreftet av noen.',
    newest: 'Er dette den nyeste listen? Skann koden.',
    hidden: (count) => (count === 1 ? '1 legemiddel vises ikke her.' : `${count} legemidler vises ikke her.`),
    state: {
      active: 'i bruk',
      intended: 'planlagt',
      'on-hold': 'midlertidig stanset',
      stopped: 'sluttet',
      completed: 'fullført',
      'entered-in-error': 'feilført',
      unknown: 'ikke vurdert',
      'not-taken': 'ikke tatt',
    },
    groups: {
      use: 'Legemidler i bruk',
      planned: 'Starter senere',
      hold: 'Midlertidig stanset',
      ended: 'Nylig avsluttet',
      seen: 'Utlevert eller tatt, men ikke vurdert av lege',
    },
  },
  da: {
    title: 'Medicinliste',
    medicine: 'Lægemiddel',
    how: 'Sådan bruges det',
    why: 'Bruges mod',
    when: 'Periode',
    from: 'fra',
    to: 'til',
    asOf: 'Gælder',
    version: 'Version',
    notConfirmed: 'ikke bekræftet af den ansvarlige for listen',
    noDose: 'Dosering er ikke oplyst',
    nothing: {
      nilknown: 'Bruger ingen lægemidler. Det er spurgt til og bekræftet.',
      notstarted:
        'Ingen har ført noget på listen endnu. Det betyder ikke, at personen ikke bruger lægemidler.',
      unavailable: 'Kilderne kunne ikke læses nu. Det betyder ikke, at personen ikke bruger lægemidler.',
      withheld: 'Listen har lægemidler, som ikke vises her.',
    },
    incomplete: 'Listen er måske ikke fuldstændig: oplysninger mangler eller venter.',
    complete: 'Alle kendte kilder er med.',
    allergies: 'Overfølsomhed',
    attestedBy: (who, when) => `Gennemgået af ${who} ${when}.`,
    attestedAndChanged: (who, when, lines) =>
      `Gennemgået af ${who} ${when}, ændret siden (${lines} ${lines === 1 ? 'lægemiddel' : 'lægemidler'}).`,
    attestedPartly: 'Kun delvist gennemgået.',
    neverAttested: 'Ikke gennemgået og bekræftet af nogen.',
    newest: 'Er dette den nyeste liste? Skan koden.',
    hidden: (count) => (count === 1 ? '1 lægemiddel vises ikke her.' : `${count} lægemidler vises ikke her.`),
    state: {
      active: 'i brug',
      intended: 'planlagt',
      'on-hold': 'sat på pause',
      stopped: 'stoppet',
      completed: 'afsluttet',
      'entered-in-error': 'fejlregistreret',
      unknown: 'ikke vurderet',
      'not-taken': 'ikke taget',
    },
    groups: {
      use: 'Lægemidler i brug',
      planned: 'Starter senere',
      hold: 'Sat på pause',
      ended: 'Nyligt afsluttet',
      seen: 'Udleveret eller taget, men ikke vurderet af læge',
    },
  },
  en: {
    title: 'Medication list',
    medicine: 'Medicine',
    how: 'How to use it',
    why: 'What it is for',
    when: 'Period',
    from: 'from',
    to: 'to',
    asOf: 'As of',
    version: 'Version',
    notConfirmed: 'not confirmed by whoever holds the list',
    noDose: 'No dose is stated',
    nothing: {
      nilknown: 'Uses no medicines. This was asked and confirmed.',
      notstarted: 'Nobody has entered anything yet. It does not mean that the person uses no medicines.',
      unavailable: 'The sources could not be read now. It does not mean that the person uses no medicines.',
      withheld: 'The list has medicines that are not shown here.',
    },
    incomplete: 'The list may not be complete: information is missing or waiting.',
    complete: 'All known sources are included.',
    allergies: 'Allergies and intolerances',
    attestedBy: (who, when) => `Reviewed by ${who} on ${when}.`,
    attestedAndChanged: (who, when, lines) =>
      `Reviewed by ${who} on ${when}, changed since (${lines} ${lines === 1 ? 'medicine' : 'medicines'}).`,
    attestedPartly: 'Only partly reviewed.',
    neverAttested: 'Not reviewed and confirmed by anybody.',
    newest: 'Is this the newest list? Scan the code.',
    hidden: (count) =>
      count === 1 ? '1 medicine is not shown here.' : `${count} medicines are not shown here.`,
    state: {
      active: 'in use',
      intended: 'planned',
      'on-hold': 'paused',
      stopped: 'stopped',
      completed: 'finished',
      'entered-in-error': 'entered in error',
      unknown: 'not assessed',
      'not-taken': 'not taken',
    },
    groups: {
      use: 'Medicines in use',
      planned: 'Starting later',
      hold: 'Paused',
      ended: 'Recently ended',
      seen: 'Handed out or taken, but not assessed by a doctor',
    },
  },
  sv: {
    title: 'Läkemedelslista',
    medicine: 'Läkemedel',
    how: 'Så används det',
    why: 'Används mot',
    when: 'Period',
    from: 'från',
    to: 'till',
    asOf: 'Gäller',
    version: 'Version',
    notConfirmed: 'inte bekräftat av den som ansvarar för listan',
    noDose: 'Dosering är inte angiven',
    nothing: {
      nilknown: 'Använder inga läkemedel. Detta är efterfrågat och bekräftat.',
      notstarted: 'Ingen har fört in något ännu. Det betyder inte att personen inte använder läkemedel.',
      unavailable: 'Källorna kunde inte läsas nu. Det betyder inte att personen inte använder läkemedel.',
      withheld: 'Listan har läkemedel som inte visas här.',
    },
    incomplete: 'Listan är kanske inte fullständig: uppgifter saknas eller väntar.',
    complete: 'Alla kända källor är med.',
    allergies: 'Överkänslighet',
    attestedBy: (who, when) => `Genomgången av ${who} ${when}.`,
    attestedAndChanged: (who, when, lines) =>
      `Genomgången av ${who} ${when}, ändrad sedan dess (${lines} läkemedel).`,
    attestedPartly: 'Endast delvis genomgången.',
    neverAttested: 'Inte genomgången och bekräftad av någon.',
    newest: 'Är detta den nyaste listan? Skanna koden.',
    hidden: (count) => `${count} läkemedel visas inte här.`,
    state: {
      active: 'används',
      intended: 'planerat',
      'on-hold': 'pausat',
      stopped: 'utsatt',
      completed: 'avslutat',
      'entered-in-error': 'felaktigt infört',
      unknown: 'inte bedömt',
      'not-taken': 'inte taget',
    },
    groups: {
      use: 'Läkemedel som används',
      planned: 'Börjar senare',
      hold: 'Pausade',
      ended: 'Nyligen avslutade',
      seen: 'Utlämnat eller taget, men inte bedömt av läkare',
    },
  },
  fi: {
    title: 'Lääkelista',
    medicine: 'Lääke',
    how: 'Käyttöohje',
    why: 'Käyttötarkoitus',
    when: 'Käyttöaika',
    from: 'alkaen',
    to: 'asti',
    asOf: 'Voimassa',
    version: 'Versio',
    notConfirmed: 'listan vastuuhenkilö ei ole vahvistanut',
    noDose: 'Annostusta ei ole ilmoitettu',
    nothing: {
      nilknown: 'Ei käytä lääkkeitä. Asia on kysytty ja vahvistettu.',
      notstarted: 'Listalle ei ole vielä merkitty mitään. Se ei tarkoita, ettei henkilö käytä lääkkeitä.',
      unavailable: 'Lähteitä ei voitu lukea nyt. Se ei tarkoita, ettei henkilö käytä lääkkeitä.',
      withheld: 'Listalla on lääkkeitä, joita ei näytetä tässä.',
    },
    incomplete: 'Lista ei ehkä ole täydellinen: tietoja puuttuu tai odottaa.',
    complete: 'Kaikki tunnetut lähteet ovat mukana.',
    allergies: 'Yliherkkyydet',
    attestedBy: (who, when) => `Tarkistanut ${who} ${when}.`,
    attestedAndChanged: (who, when, lines) =>
      `Tarkistanut ${who} ${when}, muuttunut sen jälkeen (${lines} ${lines === 1 ? 'lääke' : 'lääkettä'}).`,
    attestedPartly: 'Tarkistettu vain osittain.',
    neverAttested: 'Kukaan ei ole tarkistanut ja vahvistanut listaa.',
    newest: 'Onko tämä uusin lista? Skannaa koodi.',
    hidden: (count) => (count === 1 ? '1 lääkettä ei näytetä tässä.' : `${count} lääkettä ei näytetä tässä.`),
    state: {
      active: 'käytössä',
      intended: 'suunniteltu',
      'on-hold': 'tauolla',
      stopped: 'lopetettu',
      completed: 'päättynyt',
      'entered-in-error': 'virheellinen merkintä',
      unknown: 'arvioimatta',
      'not-taken': 'ei otettu',
    },
    groups: {
      use: 'Käytössä olevat lääkkeet',
      planned: 'Alkavat myöhemmin',
      hold: 'Tauolla',
      ended: 'Äskettäin päättyneet',
      seen: 'Toimitettu tai otettu, mutta lääkäri ei ole arvioinut',
    },
  },
}
