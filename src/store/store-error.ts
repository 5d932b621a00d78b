/** From what a database driver throws to HubError. Values that a driver puts into its texts never get through. */
import { ERRORS, HubError, type HubErrorCode, isHubError } from '../core/errors.js'

/** Where it failed: before anything was sent, or when the outcome cannot be known. */
export const AT_CONNECT = 'store.connect'
export const AT_STATEMENT = 'store.statement'
/** The database answered that it did not do it. */
export const AT_ANSWER = 'store.answer'

const RACES = new Set(['40001', '40P01'])
const DISK_FULL = '53100'
/** Wrong user or password, no such database. */
const LOGIN = /^(28|3D)/
const LOGIN_REFUSED = 'the database refuses this user, password or database name: look at DATABASE_URL'
/** Server going away, too many connections, no memory, read-only (fail-over), lock wait or statement over its limit. */
const AWAY = /^(08|53|57P0|58)|^(25006|55P03|57014|25P03|XX000)$/
/** Of those, what leaves nothing open: read-only, lock wait or statement over its limit. */
const ANSWERED = /^(25006|55P03|57014)$/
const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNABORTED',
  // This process has no descriptor left for a connection.
  'EMFILE',
  'ENFILE',
])
const LOST =
  /connection (terminated|ended|closed)|timeout (exceeded|expired)|read timeout|not queryable|pglite is clos/i

/** @returns the HubError for anything thrown by `pg` or PGlite at `at` */
export function storeError(thrown: unknown, at: string): HubError {
  if (isHubError(thrown)) return thrown
  const { code, constraint, detail, message, where } = fieldsOf(thrown)
  if (code === 'HUB01' && isErrorCode(message))
    return new HubError(message, detail ?? message, { at: 'store' })
  const cause = new Error(['database error', code, constraint, where].filter(Boolean).join(' '))
  if (RACES.has(code))
    return new HubError('CONCURRENT_CHANGE', 'another transaction was first', { at: 'store', cause })
  if (constraint === 'assignment_overlap')
    return new HubError('ASSIGNMENT_CONFLICT', 'two assignments of one device overlap', {
      at: 'store',
      cause,
    })
  if (code === '23505')
    return new HubError('CONCURRENT_CHANGE', 'another transaction was first', { at: 'store', cause })
  if (LOGIN.test(code)) return new HubError('STORE_UNAVAILABLE', LOGIN_REFUSED, { at, cause })
  if (code === DISK_FULL) return new HubError('STORE_FULL', 'the disk of the database is full', { at, cause })
  if (AWAY.test(code) || SOCKET.has(code) || LOST.test(message))
    return new HubError('STORE_UNAVAILABLE', 'the database does not answer', {
      at: ANSWERED.test(code) ? AT_ANSWER : at,
      cause,
    })
  return new HubError('UNEXPECTED', 'the database refused a statement', { at, cause })
}

/** The database is there and lets nobody of this name in: waiting for it would mend nothing. */
export const isLoginRefused = (error: unknown): boolean =>
  isHubError(error) && error.message === LOGIN_REFUSED

/** Lost a race and was rolled back: the same statement may be run again. */
export const isRace = (thrown: unknown): boolean => RACES.has(fieldsOf(thrown).code)

interface Fields {
  readonly code: string
  readonly constraint: string
  readonly detail: string | undefined
  readonly message: string
  /** Function and line; the rest of a driver's context may hold values. */
  readonly where: string
}

function fieldsOf(thrown: unknown): Fields {
  if (!(thrown instanceof Error))
    return { code: '', constraint: '', detail: undefined, message: '', where: '' }
  const field = (name: string): string | undefined => {
    const value: unknown = Reflect.get(thrown, name)
    return typeof value === 'string' ? value : undefined
  }
  return {
    code: field('code') ?? '',
    constraint: field('constraint') ?? '',
    detail: field('detail'),
    message: thrown.message,
    where: /function \w+\([\w ,]*\) line \d+/.exec(field('where') ?? '')?.[0] ?? '',
  }
}

const isErrorCode = (text: string): text is HubErrorCode => Object.hasOwn(ERRORS, text)
