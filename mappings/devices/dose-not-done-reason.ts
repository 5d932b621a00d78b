/** Why a dose was not taken, as far as a device can know (devices.md 2.1); a person adds the rest. */
export const NOT_DONE_REASONS = {
  'not-dispensed-in-window': { nb: 'Ikke utlevert i tidsvinduet', en: 'Not dispensed in the window' },
  'not-removed': { nb: 'Ikke tatt ut av dispenseren', en: 'Not removed from the device' },
  empty: { nb: 'Tom for medisin', en: 'Device empty' },
  unreadable: { nb: 'Pose kunne ikke leses', en: 'Sachet unreadable' },
  jam: { nb: 'Rull satt fast', en: 'Jam' },
  power: { nb: 'Uten strøm', en: 'No power' },
  'offline-unknown': { nb: 'Uten kontakt, ukjent', en: 'Offline, not known' },
  'bin-full': { nb: 'Skuff full', en: 'Bin full' },
  'wrong-roll-stop': { nb: 'Stanset på grunn av feil rull', en: 'Stopped because of a wrong roll' },
  paused: { nb: 'Plan satt på pause', en: 'Plan paused' },
  travelling: { nb: 'På reise', en: 'Travelling' },
  hospitalised: { nb: 'Innlagt', en: 'In hospital' },
  refused: { nb: 'Avslått', en: 'Refused' },
  'carer-decision': { nb: 'Bestemt av hjelper', en: 'Decided by a carer' },
} as const satisfies Readonly<Record<string, { readonly nb: string; readonly en: string }>>

export type NotDoneReason = keyof typeof NOT_DONE_REASONS

export const isNotDoneReason = (code: string): code is NotDoneReason => Object.hasOwn(NOT_DONE_REASONS, code)
