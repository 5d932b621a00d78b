/** The medicine was taken while it was paused, grace included. */
import { discrepancy, type Sentences } from './discrepancy.js'
import { type Taken, takenWhile } from './taken-out-of-use.js'

const sentences: Sentences<Taken> = {
  nb: ({ medicine, taken, since, count }, { name, time }) =>
    `${name(medicine)} ble tatt ${time(taken)}, mens det var på pause fra ${time(since)}${count > 1 ? ` (${count} ganger i alt)` : ''}.`,
  da: ({ medicine, taken, since, count }, { name, time }) =>
    `${name(medicine)} blev taget ${time(taken)}, mens det var på pause fra ${time(since)}${count > 1 ? ` (${count} gange i alt)` : ''}.`,
  en: ({ medicine, taken, since, count }, { name, time }) =>
    `${name(medicine)} was taken ${time(taken)}, while paused from ${time(since)}${count > 1 ? ` (${count} times in all)` : ''}.`,
  sv: ({ medicine, taken, since, count }, { name, time }) =>
    `${name(medicine)} togs ${time(taken)}, medan det var pausat från ${time(since)}${count > 1 ? ` (${count} gånger totalt)` : ''}.`,
  fi: ({ medicine, taken, since, count }, { name, time }) =>
    `${name(medicine)} otettiin ${time(taken)}, vaikka se oli tauolla alkaen ${time(since)}${count > 1 ? ` (yhteensä ${count} kertaa)` : ''}.`,
}

export const takenWhileOnHold = discrepancy<Taken>({
  code: 'taken-while-on-hold',
  sentences,
  find: (situation) => takenWhile('on-hold', situation),
})
