/** What each error code means, in Norwegian and English (fhir-api.md E-02). The particular rule stands beside it. */
import type { HubErrorCode } from '../core/errors.js'

export const ERROR_TEXTS: Readonly<Record<HubErrorCode, { readonly nb: string; readonly en: string }>> = {
  MESSAGE_UNREADABLE: { nb: 'Meldingen kan ikke leses', en: 'The message cannot be read' },
  MESSAGE_INVALID: {
    nb: 'Meldingen bryter reglene for sin type',
    en: 'The message breaks the rules of its type',
  },
  MESSAGE_TYPE_UNSUPPORTED: { nb: 'Meldingstypen tas ikke imot', en: 'The message type is not taken' },
  MESSAGE_TOO_LARGE: { nb: 'Innholdet er for stort', en: 'The content is too large' },
  MESSAGE_CONFLICT: {
    nb: 'Samme meldings-id er mottatt med annet innhold',
    en: 'The same message id was received with other content',
  },
  MEDIA_TYPE_UNSUPPORTED: {
    nb: 'Formatet på innholdet tas ikke imot',
    en: 'The format of the content is not taken',
  },
  NOT_ACCEPTABLE: {
    nb: 'Svaret kan ikke gis i dette formatet',
    en: 'The answer cannot be given in this format',
  },
  RESOURCE_INVALID: { nb: 'Ressursen bryter en regel', en: 'The resource breaks a rule' },
  RESOURCE_STRUCTURE: { nb: 'Ressursen er ikke gyldig FHIR', en: 'The resource is not valid FHIR' },
  CODE_UNMAPPED: { nb: 'En kode er ukjent', en: 'A code is not known' },
  IDENTITY_INVALID: { nb: 'En identifikator er ugyldig', en: 'An identifier is not valid' },
  IDENTITY_CONFLICT: {
    nb: 'Identifikatorene peker på forskjellige personer',
    en: 'The identifiers lead to different persons',
  },
  NATIONAL_ID_IN_URL: {
    nb: 'Fødselsnummer og andre nasjonale id-er skal ikke stå i en URL',
    en: 'National identity numbers must not stand in a URL',
  },
  REFERENCE_UNKNOWN: { nb: 'En referanse peker på noe ukjent', en: 'A reference leads to nothing known' },
  NOT_FOUND: { nb: 'Finnes ikke', en: 'Not found' },
  GONE: { nb: 'Finnes ikke lenger', en: 'No longer there' },
  METHOD_NOT_ALLOWED: { nb: 'Handlingen er ikke tillatt her', en: 'The action is not allowed here' },
  HOST_REFUSED: {
    nb: 'Huben svarer ikke under dette vertsnavnet',
    en: 'The hub does not answer under this host name',
  },
  CROSS_SITE: {
    nb: 'Nettsider fra andre steder kan ikke skrive her',
    en: 'Pages of other sites cannot write here',
  },
  QUERY_INVALID: { nb: 'Forespørselen er ugyldig', en: 'The query is not valid' },
  TOO_COSTLY: { nb: 'Forespørselen er for omfattende', en: 'The query is too costly' },
  URL_TOO_LONG: { nb: 'URL-en er for lang', en: 'The URL is too long' },
  REQUEST_TIMEOUT: { nb: 'Innholdet kom ikke i tide', en: 'The content did not arrive in time' },
  VERSION_STALE: {
    nb: 'Ressursen er endret siden denne versjonen',
    en: 'The resource has changed since this version',
  },
  CONDITION_INVALID: { nb: 'Betingelsen kan ikke brukes', en: 'The condition cannot be used' },
  MULTIPLE_MATCHES: {
    nb: 'Betingelsen treffer flere ressurser',
    en: 'The condition matches several resources',
  },
  PRECONDITION_REQUIRED: { nb: 'If-Match kreves', en: 'If-Match is required' },
  MERGE_CYCLE: { nb: 'Sammenslåingen går i ring', en: 'The merge goes in a circle' },
  DEVICE_UNKNOWN: { nb: 'Enheten er ukjent', en: 'The device is not known' },
  DEVICE_UNASSIGNED: { nb: 'Enheten er ikke tildelt noen', en: 'The device is assigned to nobody' },
  ASSIGNMENT_CONFLICT: {
    nb: 'Tildelingen overlapper en annen tildeling av enheten',
    en: 'The assignment overlaps another one of the device',
  },
  CRASHES_WORKER: { nb: 'Meldingen kunne ikke behandles', en: 'The message could not be processed' },
  LEASE_LOST: { nb: 'Behandlingen ble avbrutt; prøv igjen', en: 'Processing was interrupted; try again' },
  CONCURRENT_CHANGE: {
    nb: 'Ressursen ble endret samtidig; prøv igjen',
    en: 'The resource changed meanwhile; try again',
  },
  STORE_UNAVAILABLE: {
    nb: 'Databasen svarer ikke; prøv igjen',
    en: 'The database does not answer; try again',
  },
  STORE_FULL: {
    nb: 'Det er ikke mer lagringsplass; prøv igjen senere',
    en: 'There is no more storage space; try again later',
  },
  STORE_LOCKED: {
    nb: 'Datamappen er i bruk av en annen prosess',
    en: 'The data folder is in use by another process',
  },
  STORE_OUTCOME_UNKNOWN: {
    nb: 'Det er uvisst om endringen ble lagret; les ressursen på nytt',
    en: 'It is not known whether the change was stored; read the resource again',
  },
  STORE_SCHEMA: {
    nb: 'Databasen har en annen versjon enn programmet',
    en: 'The database is of another version than the software',
  },
  STORE_UNSAFE: {
    nb: 'Databasens innstillinger kan miste kvitterte meldinger',
    en: 'The settings of the database may lose acknowledged messages',
  },
  OVERLOADED: { nb: 'For mange forespørsler; prøv igjen senere', en: 'Too many requests; try again later' },
  STATE_CONFLICT: {
    nb: 'Tilstanden tillater ikke dette',
    en: 'The present state does not allow this',
  },
  LANE_BUSY: {
    nb: 'Pasientens kø er opptatt; prøv igjen',
    en: 'The queue of the patient is busy; try again',
  },
  DESTINATIONS_STALE: {
    nb: 'En annen prosess har andre mottakere i oppsettet',
    en: 'Another process was started with other destinations',
  },
  MESSAGE_UNSENDABLE: {
    nb: 'Meldingen som skulle sendes, kan ikke lages av det som er kjent',
    en: 'The message to be sent cannot be made of what is known',
  },
  CHANNEL_MISCONFIGURED: { nb: 'Kanalen er ikke satt opp riktig', en: 'The channel is not set up correctly' },
  UNEXPECTED: { nb: 'Uventet feil', en: 'Unexpected error' },
}
