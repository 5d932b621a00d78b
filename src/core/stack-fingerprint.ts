/** Tells bugs apart by where they happened: functions and files of the stack, never the text of the error. */
import { sha256Hex } from './deterministic-id.js'

/** Frames next to the fault; further out every bug looks alike. */
const FRAMES_MAX = 8
const FINGERPRINT_CHARS = 16
/** `at name (file:line:column)` or `at file:line:column`. */
const FRAME = /^\s*at (?:(.*?) \()?(.*?)(?::\d+)*\)?$/
/** From the part of a path that is the same on every machine. */
const OWN_PATH = /(?:dist|node_modules)\/(.*)$/
/** Names that code was given; computed ones may be made of data. */
const PLAIN_NAME = /^(?:async )?(?:new )?[\w$.<>]{1,80}(?: \[as [\w$]{1,40}\])?$/

/** Line numbers do not count, so that a new build of the same code has the same bugs. Undefined without a stack. */
export function stackFingerprint(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s*at /.test(line))
  if (frames.length === 0) return undefined
  const places = frames.slice(0, FRAMES_MAX).map((line) => {
    const [, name = '', file = ''] = FRAME.exec(line) ?? []
    return `${PLAIN_NAME.test(name) ? name : ''}@${OWN_PATH.exec(file)?.[1] ?? file.split('/').at(-1)}`
  })
  return sha256Hex([thrown.constructor.name, ...places].join('\n')).slice(0, FINGERPRINT_CHARS)
}
