/** The list changed after it was attested in full, or that was long ago (medication-list.md 6.2, 9). */
import { localDate } from '../../core/zone.js'
import { discrepancy, type Sentences } from './discrepancy.js'

const DAY_MS = 86_400_000
/** Days that changes may stand without a new attestation. */
const CHANGED_DAYS = 14
/** A full attestation is good for twelve months. */
const YEAR_DAYS = 365

type Stale = { readonly attested: string; readonly changes: number }
const sentences: Sentences<Stale> = {
  nb: ({ attested, changes }, { day }) =>
    changes === 0
      ? `Legemiddellisten ble sist bekreftet ${day(attested)}, for mer enn tolv måneder siden.`
      : `Legemiddellisten ble sist bekreftet ${day(attested)}; ${changes === 1 ? 'én linje er endret' : `${changes} linjer er endret`} siden.`,
  da: ({ attested, changes }, { day }) =>
    changes === 0
      ? `Medicinlisten blev sidst bekræftet ${day(attested)}, for mere end tolv måneder siden.`
      : `Medicinlisten blev sidst bekræftet ${day(attested)}; ${changes === 1 ? 'én linje er ændret' : `${changes} linjer er ændret`} siden.`,
  en: ({ attested, changes }, { day }) =>
    changes === 0
      ? `The medication list was last attested on ${day(attested)}, more than twelve months ago.`
      : `The medication list was last attested on ${day(attested)}; ${changes === 1 ? 'one line has' : `${changes} lines have`} changed since.`,
  sv: ({ attested, changes }, { day }) =>
    changes === 0
      ? `Läkemedelslistan bekräftades senast ${day(attested)}, för mer än tolv månader sedan.`
      : `Läkemedelslistan bekräftades senast ${day(attested)}; ${changes === 1 ? 'en rad har ändrats' : `${changes} rader har ändrats`} sedan dess.`,
  fi: ({ attested, changes }, { day }) =>
    changes === 0
      ? `Lääkelista vahvistettiin viimeksi ${day(attested)}, yli kaksitoista kuukautta sitten.`
      : `Lääkelista vahvistettiin viimeksi ${day(attested)}; sen jälkeen on muuttunut ${changes === 1 ? 'yksi rivi' : `${changes} riviä`}.`,
}

export const staleAttestation = discrepancy<Stale>({
  code: 'stale-attestation',
  sentences,
  find: ({ at, attested, config, lines, versioned }) => {
    const { full, list } = attested
    if (full === undefined) return { findings: [], next: [] }
    const changed = new Set(list.changed)
    const stale = full.at + CHANGED_DAYS * DAY_MS
    const old = full.at + YEAR_DAYS * DAY_MS
    const next = [stale, old].filter((instant) => instant > at)
    const holds = at >= old || (changed.size > 0 && at >= stale)
    if (!holds) return { findings: [], next }
    return {
      findings: [
        {
          about: ['list'],
          severity: at >= old ? ('moderate' as const) : ('low' as const),
          implicated: [
            versioned(full.ref),
            ...lines.filter(({ id }) => changed.has(id)).map(({ ref }) => ref),
          ],
          evidence: [versioned(full.ref)],
          numbers: { attested: localDate(full.at, config.zone), changes: changed.size },
        },
      ],
      next,
    }
  },
})
