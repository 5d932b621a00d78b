/** A process whose standard error nobody reads: it logs far more than may wait, and tells on standard output how it went. */
import { openLog } from '../../src/log.js'

const log = openLog('info', 100_000)
for (let line = 0; line < 20_000; line += 1) {
  log.info('line', { line, text: 'x'.repeat(100) })
  if (line % 1_000 === 0) await new Promise(setImmediate)
}
process.stdout.write(`${log.dropped?.() ?? 0}`, () => process.kill(process.pid, 'SIGKILL'))
