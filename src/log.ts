/** Structured logs. Fields are ids, counts, codes and durations; no clinical text, name or national id gets here. */
import pino from 'pino'
import type { Log } from './core/ports.js'

/** Lines that wait for a reader that does not read; what comes then is dropped and counted, and nothing waits for it. */
const WAITING_BYTES_MAX = 4_194_304

/** To standard error. @param level pino's level; `silent` writes nothing */
export function openLog(level: string, waitingBytesMax: number = WAITING_BYTES_MAX): Log {
  const destination = pino.destination({ dest: 2, sync: false, maxLength: waitingBytesMax })
  let dropped = 0
  destination.on('drop', () => {
    dropped += 1
  })
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  return {
    dropped: () => dropped,
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    // Of the cause the name and stack only: a message may quote what it failed on.
    error: (event, fields, cause) => logger.error({ ...fields, ...describe(cause) }, event),
  }
}

function describe(cause: unknown): { error?: string; stack?: string } {
  if (!(cause instanceof Error)) return cause === undefined ? {} : { error: typeof cause }
  const frames = (cause.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return { error: cause.name, stack: frames.slice(0, 12).join('\n') }
}
