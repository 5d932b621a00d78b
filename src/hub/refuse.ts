import { HubError, type Problem } from '../core/errors.js'

/** @throws HubError RESOURCE_INVALID with all problems, when there is one */
export function refuse(problems: readonly Problem[]): void {
  const [first] = problems
  if (first === undefined) return
  throw new HubError('RESOURCE_INVALID', `${first.at}: ${first.text}`, { at: first.at, issues: problems })
}
