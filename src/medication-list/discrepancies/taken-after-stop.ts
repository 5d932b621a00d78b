/** The medicine was taken after its stop, grace included. */
import { discrepancy, type Sentences } from './discrepancy.js'
import { type Taken, takenWhile } from './taken-out-of-use.js'

type AfterStop = Omit<Taken, 'since'> & { readonly stopped: string }
const sentences: Sentences<AfterStop> = {
  nb: ({ medicine, taken, stopped, count }, { name, time }) =>
    `${name(medicine)} ble tatt ${time(taken)}, etter stopp ${time(stopped)}${count > 1 ? ` (${count} ganger i alt)` : ''}.`,
  da: ({ medicine, taken, stopped, count }, { name, time }) =>
    `${name(medicine)} blev taget ${time(taken)}, efter stop ${time(stopped)}${count > 1 ? ` (${count} gange i alt)` : ''}.`,
  en: ({ medicine, taken, stopped, count }, { name, time }) =>
    `${name(medicine)} was taken ${time(taken)}, after its stop ${time(stopped)}${count > 1 ? ` (${count} times in all)` : ''}.`,
  sv: ({ medicine, taken, stopped, count }, { name, time }) =>
    `${name(medicine)} togs ${time(taken)}, efter utsättning ${time(stopped)}${count > 1 ? ` (${count} gånger totalt)` : ''}.`,
  fi: ({ medicine, taken, stopped, count }, { name, time }) =>
    `${name(medicine)} otettiin ${time(taken)}, lopetuksen ${time(stopped)} jälkeen${count > 1 ? ` (yhteensä ${count} kertaa)` : ''}.`,
}

export const takenAfterStop = discrepancy<AfterStop>({
  code: 'taken-after-stop',
  sentences,
  find: (situation) => {
    const { findings, next } = takenWhile('stopped', situation)
    const told = findings.map(({ numbers: { since, ...numbers }, ...finding }) => ({
      ...finding,
      numbers: { ...numbers, stopped: since },
    }))
    return { findings: told, next }
  },
})
