/** The hub's validation for tests: generates the validators first where the build has not done so. */
import { generate } from '../../src/validation/generate.js'
import { openValidation, type Validation } from '../../src/validation/validate.js'

const opened: { validation?: Promise<Validation> } = {}

/** Opened once for all test files; generating takes some 4 s where it is needed. */
export function testValidation(): Promise<Validation> {
  opened.validation ??= (async () => {
    generate()
    return openValidation()
  })()
  return opened.validation
}
