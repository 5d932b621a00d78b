/** `stafett fidelity`: needs no hub, the messages are mapped here. */
import { readFile } from 'node:fs/promises'
import { type FidelityOutcome, fidelityOf } from '../../mappings/fidelity/fidelity-of.js'
import { fidelityExitCode, fidelityTable } from './fidelity-table.js'
import { CommandError } from './hub-client.js'

const ZONE = 'Europe/Oslo'

/**
 * Prints a report for each message, as a table or as one line of JSON.
 * @returns exit code: 0 nothing is lost, 1 something is unmapped or a message is not taken
 * @throws CommandError for a file that cannot be read
 */
export async function reportFiles(
  files: readonly string[],
  options: { readonly json: boolean; readonly zone: string | undefined },
): Promise<number> {
  const context = { zone: options.zone ?? ZONE, receivedAt: new Date().toISOString(), progress }
  const all: FidelityOutcome[] = []
  for (const file of files) {
    const raw = await readFile(file).catch((cause: unknown) => {
      throw new CommandError(`cannot read ${file}`, { cause })
    })
    const outcomes = fidelityOf(new Uint8Array(raw), context)
    all.push(...outcomes)
    for (const outcome of outcomes)
      console.log(options.json ? JSON.stringify({ file, ...outcome }) : fidelityTable(file, outcome))
  }
  return fidelityExitCode(all)
}

/** Values between two signs of life, where somebody watches. */
const PROGRESS_EVERY = 200

function progress(done: number, all: number): void {
  if (!process.stderr.isTTY || all < PROGRESS_EVERY) return
  if (done === all) process.stderr.write('\r\u001b[K')
  else if (done % PROGRESS_EVERY === 0) process.stderr.write(`\r${done} of ${all} values`)
}
