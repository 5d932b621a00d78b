/** Values of a Parameters resource by name; it is valid R4 and has declared names only when an operation gets it. */
import type { ParametersParameter, Reference } from 'fhir/r4.js'
import { HubError } from '../../core/errors.js'

export interface Named {
  readonly parameter?: readonly ParametersParameter[] | undefined
}

export const partsNamed = ({ parameter }: Named, name: string): readonly ParametersParameter[] =>
  (parameter ?? []).filter((one) => one.name === name)

/** A parameter with parts, as something with parameters. */
export const partsOf = ({ part }: ParametersParameter): Named => ({ parameter: part ?? [] })

export const firstNamed = (named: Named, name: string): ParametersParameter | undefined =>
  partsNamed(named, name)[0]

/**
 * Who decides: a person named by identifier, since sources know each other's people by that alone.
 * @throws HubError RESOURCE_INVALID
 */
export function authorOf(named: Named, name = 'author'): Reference {
  const author = firstNamed(named, name)?.valueReference
  const { system, value } = author?.identifier ?? {}
  if (author === undefined || system === undefined || value === undefined)
    throw new HubError('RESOURCE_INVALID', 'whoever decides is named by identifier (system and value)', {
      at: `Parameters.parameter.where(name='${name}')`,
    })
  return author
}

/** @throws HubError RESOURCE_INVALID for a code that is none of these */
export function codeOf<Code extends string>(
  parameter: ParametersParameter | undefined,
  codes: readonly Code[],
  at: string,
): Code | undefined {
  if (parameter === undefined) return undefined
  const code = codes.find((one) => one === parameter.valueCode)
  if (code === undefined)
    throw new HubError('RESOURCE_INVALID', `one of ${codes.join(', ')} is expected`, { at })
  return code
}
