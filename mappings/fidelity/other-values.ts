/** Other values than a given one that a rule for the same kind of value may take: for the experiments of report.ts. */

/** Values that are tried at most. */
const VALUES_MAX = 14
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const DAY_MS = 86_400_000

/** The likeliest first; none is the value itself. */
export function otherValues(value: string): readonly string[] {
  const candidates = new Set([...ofKind(value), `${value}x`])
  candidates.delete(value)
  return [...candidates].slice(0, VALUES_MAX)
}

function ofKind(value: string): readonly string[] {
  if (value === 'true') return ['false']
  if (value === 'false') return ['true']
  if (UUID.test(value)) return [value.slice(0, -1) + (value.endsWith('0') ? '1' : '0')]
  if (/^\d{11}$/.test(value)) return numbersLike(value)
  if (/^\d{4}-\d{2}-\d{2}/.test(value)) return [...shiftedDays(value)]
  if (/^\d{2}:\d{2}/.test(value)) return [`${value.startsWith('09') ? '10' : '09'}${value.slice(2)}`]
  if (/^\d{8}(\d{4,6})?([.+-].*)?$/.test(value)) return [...shiftedCompactDays(value), ...numbers(value)]
  if (/^[+-]?\d+(\.\d+)?$/.test(value)) return numbers(value)
  if (/^[A-ZÆØÅ]{1,3}$/.test(value)) return CODES
  return []
}

/** Codes of one list often are single letters. */
const CODES = ['A', 'R', 'F', 'M', 'E', 'P', 'U', 'L', 'S', 'V', 'H', 'WP', 'MC', 'X'] as const

/** The last digit before the point is another one: a code of one digit, or a near amount. */
function numbers(value: string): readonly string[] {
  const [whole = '0', fraction] = value.split('.')
  const digits = whole.replace(/\D/g, '')
  const last = Number(digits.slice(-1))
  const around = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((step) => {
    const next = String((last + step) % 10)
    return `${digits.slice(0, -1)}${next}${fraction === undefined ? '' : `.${fraction}`}`
  })
  // Nothing is no amount of the same kind.
  return around.filter((number) => Number(number) !== 0)
}

function* shiftedDays(value: string): Generator<string> {
  for (const days of [1, -1, 40, -40]) {
    const day = new Date(Date.parse(`${value.slice(0, 10)}T00:00:00Z`) + days * DAY_MS)
    if (!Number.isNaN(day.getTime())) yield day.toISOString().slice(0, 10) + value.slice(10)
  }
}

function* shiftedCompactDays(value: string): Generator<string> {
  const date = `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}`
  for (const shifted of shiftedDays(date)) yield shifted.replaceAll('-', '') + value.slice(8)
}

/** Numbers of eleven digits whose last two are the control digits of national identity numbers, and without that rule. */
function numbersLike(value: string): readonly string[] {
  const found: string[] = []
  for (let step = 1; step < 40 && found.length < 3; step += 1) {
    const individual = String((Number(value.slice(6, 9)) + step) % 1000).padStart(3, '0')
    const number = withControlDigits(value.slice(0, 6) + individual)
    if (number !== undefined) found.push(number)
  }
  return [...found, ...numbers(value)]
}

function withControlDigits(nine: string): string | undefined {
  const first = controlDigit(nine, [3, 7, 6, 1, 8, 9, 4, 5, 2])
  const second = first === undefined ? undefined : controlDigit(nine + first, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
  return second === undefined ? undefined : nine + first + second
}

function controlDigit(digits: string, weights: readonly number[]): string | undefined {
  const sum = weights.reduce((total, weight, at) => total + weight * Number(digits[at]), 0)
  const digit = (11 - (sum % 11)) % 11
  return digit === 10 ? undefined : String(digit)
}
