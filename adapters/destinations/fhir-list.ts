/** `fhir-list`: the Bundle of `$medication-list`, POSTed whenever a person's list gets a new version. */
import { HubError } from '../../src/core/errors.js'
import type { DestinationKind } from './destination-kind.js'
import { openHttpSender, readHttpTarget } from './http-target.js'

const FHIR_JSON = 'application/fhir+json; charset=utf-8'

export const fhirList: DestinationKind = {
  kind: 'fhir-list',
  read: (fields, base) => {
    const target = readHttpTarget(fields)
    const patient = fields.oneOf('patient', ['reference', 'resource'] as const, 'reference')
    return (io) => ({
      ...base,
      ...openHttpSender(target, io),
      wants: ({ listVersion, personId }) =>
        listVersion === undefined || personId === '' ? [] : [`medication-list/${listVersion}`],
      render: async ({ change }) => {
        const { listVersion, personId } = change
        const bundle =
          listVersion === undefined || personId === ''
            ? undefined
            : await io.listVersion(personId, listVersion, patient)
        if (bundle === undefined) throw new HubError('NOT_FOUND', 'no such version of the list')
        return {
          kind: 'message',
          body: Buffer.from(bundle),
          contentType: FHIR_JSON,
          headers: { 'Stafett-List-Version': String(listVersion) },
        }
      },
    })
  },
}
