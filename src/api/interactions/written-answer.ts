import type { ApiContext } from '../context.js'
import type { WriteResult } from '../deps.js'
import type { Answer, FhirRequest } from '../exchange.js'
import { outcome, writtenIssue } from '../operation-outcome.js'
import { resourceHeaders } from './read.js'

/** Status, Location and the body that `Prefer: return` asks for (fhir-api.md W-01, W-14). */
export function writtenAnswer(
  { base }: ApiContext,
  request: FhirRequest,
  type: string,
  written: WriteResult,
): Answer {
  const headers = {
    ...resourceHeaders(written),
    Location: `${base}/${type}/${written.id}/_history/${written.version}`,
  }
  switch (request.prefer.return) {
    case 'minimal':
      return { status: written.status, headers }
    case 'OperationOutcome':
      return {
        status: written.status,
        headers,
        body: JSON.stringify(outcome([writtenIssue(written.status === 201)])),
      }
    case 'representation':
      return { status: written.status, headers, body: written.text }
  }
}
