/** Reads one object of the destinations file: every fault is noted with its place, and the reading goes on. */

/** Values of the environment by name: secrets are named in the file and stand there. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface Fields {
  readonly at: string
  readonly fault: (name: string, rule: string) => void
  readonly text: (name: string, pattern: RegExp, rule: string) => string
  readonly textIfAny: (name: string, pattern: RegExp, rule: string) => string | undefined
  readonly integerIfAny: (name: string, min: number, max: number) => number | undefined
  readonly textsIfAny: (name: string, isRight: (text: string) => boolean, rule: string) => readonly string[]
  readonly oneOf: <T extends string>(name: string, values: readonly T[], fallback: T) => T
  readonly objectIfAny: (name: string) => Fields | undefined
  /** A secret: `{"env": "<NAME>"}`, never a text in the file. */
  readonly secretIfAny: (name: string) => string | undefined
  readonly names: () => readonly string[]
  readonly isObject: (name: string) => boolean
  /** Notes what nobody read. */
  readonly finish: () => void
}

const ENVIRONMENT_NAME = /^[A-Z_][A-Z0-9_]{0,99}$/

/** @param faults gets one line for each fault */
export function readFields(value: unknown, at: string, env: Environment, faults: string[]): Fields {
  const record = asRecord(value)
  if (record === undefined) faults.push(`${at} must be an object`)
  const given = record ?? {}
  const read = new Set<string>()
  const fault = (name: string, rule: string): void => void faults.push(`${at}.${name} ${rule}`)
  const take = (name: string): unknown => {
    read.add(name)
    return Object.hasOwn(given, name) ? given[name] : undefined
  }

  function textIfAny(name: string, pattern: RegExp, rule: string): string | undefined {
    const found = take(name)
    if (found === undefined) return undefined
    if (typeof found === 'string' && pattern.test(found)) return found
    fault(name, rule)
    return undefined
  }

  function secretIfAny(name: string): string | undefined {
    const found = take(name)
    if (found === undefined) return undefined
    const variable = asRecord(found)?.['env']
    if (typeof variable !== 'string' || !ENVIRONMENT_NAME.test(variable)) {
      fault(name, 'must name a variable of the environment, for example {"env": "JOURNAL_TOKEN"}')
      return undefined
    }
    const secret = env[variable]
    if (!secret) fault(name, `names ${variable}, which is not set`)
    return secret || undefined
  }

  return {
    at,
    fault,
    textIfAny,
    secretIfAny,
    text(name, pattern, rule) {
      const found = textIfAny(name, pattern, rule)
      if (found === undefined && !Object.hasOwn(given, name)) fault(name, `is missing: ${rule}`)
      return found ?? ''
    },
    integerIfAny(name, min, max) {
      const found = take(name)
      if (found === undefined) return undefined
      if (typeof found === 'number' && Number.isInteger(found) && found >= min && found <= max) return found
      fault(name, `must be a whole number from ${min} to ${max}`)
      return undefined
    },
    textsIfAny(name, isRight, rule) {
      const found = take(name)
      if (found === undefined) return []
      const texts = Array.isArray(found)
        ? found.filter((text) => typeof text === 'string' && isRight(text))
        : []
      if (!Array.isArray(found) || texts.length !== found.length) fault(name, rule)
      return texts
    },
    oneOf(name, values, fallback) {
      const found = take(name)
      const known = values.find((candidate) => candidate === found)
      if (found !== undefined && known === undefined) fault(name, `must be one of ${values.join(', ')}`)
      return known ?? fallback
    },
    objectIfAny(name) {
      const found = take(name)
      return found === undefined ? undefined : readFields(found, `${at}.${name}`, env, faults)
    },
    names: () => Object.keys(given),
    isObject: (name) => asRecord(given[name]) !== undefined,
    finish() {
      for (const name of Object.keys(given)) if (!read.has(name)) fault(name, 'is not known here')
    },
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? // Any object is a record of unknown values.
      (value as Readonly<Record<string, unknown>>)
    : undefined
}
