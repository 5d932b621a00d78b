/**
 * `npm run simulate -- --patients N --days D --seed S`: persons with rolls and dispensers, mistakes planted at known places;
 * prints what the engine found, missed and raised falsely, per kind. Ends with 1 when anything was missed or false.
 */
import { parseArgs } from 'node:util'
import { simulate } from './simulation/simulate.js'

const { values } = parseArgs({
  options: {
    patients: { type: 'string', default: '100' },
    days: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
  },
})
const started = Date.now()
const { kinds, planted, derivations, closed } = simulate({
  patients: Number(values.patients),
  days: Number(values.days),
  seed: Number(values.seed),
  explain: (text) => console.error(text),
})
const rows = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1))
const total = rows.reduce(
  (sum, [, { found, missed, falsely }]) => ({
    found: sum.found + found,
    missed: sum.missed + missed,
    falsely: sum.falsely + falsely,
  }),
  { found: 0, missed: 0, falsely: 0 },
)
const line = (name: string, ...cells: readonly (string | number)[]): string =>
  name.padEnd(34) + cells.map((cell) => String(cell).padStart(8)).join('')
console.log(`${values.patients} persons, ${values.days} days, seed ${values.seed}; planted:`)
for (const [name, times] of planted) console.log(`  ${String(times).padStart(4)} × ${name}`)
console.log(line('discrepancy', 'found', 'missed', 'false'))
for (const [code, { found, missed, falsely }] of rows) console.log(line(code, found, missed, falsely))
console.log(line('all', total.found, total.missed, total.falsely))
console.log(
  `${derivations} derivations, ${closed} discrepancies closed, ${((Date.now() - started) / 1000).toFixed(1)} s`,
)
process.exitCode = total.missed + total.falsely === 0 ? 0 : 1
