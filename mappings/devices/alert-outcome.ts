/** How an alert ended. */
import type { DetectedIssueMitigation } from 'fhir/r4.js'
import { codeSystemUrl } from '../../src/core/canonical.js'
import type { EventFrame } from './event-frame.js'

export const ALERT_OUTCOMES = {
  'auto-resolved': { nb: 'Årsaken falt bort', en: 'The cause is gone' },
  'phoned-patient': { nb: 'Ringte brukeren', en: 'Phoned the patient' },
  'visited-patient': { nb: 'Besøkte brukeren', en: 'Visited the patient' },
  'given-by-carer': { nb: 'Dose gitt av hjelper', en: 'Dose given by a carer' },
  'device-repaired': { nb: 'Enhet reparert', en: 'Device repaired' },
  'device-replaced': { nb: 'Enhet byttet', en: 'Device replaced' },
  'assignment-ended': { nb: 'Tildeling avsluttet', en: 'Assignment ended' },
  'no-measure': { nb: 'Ingen tiltak nødvendig', en: 'No measure needed' },
  'false-alarm': { nb: 'Falsk alarm', en: 'False alarm' },
} as const satisfies Readonly<Record<string, { readonly nb: string; readonly en: string }>>

export type AlertOutcome = keyof typeof ALERT_OUTCOMES

/** The elements of a DetectedIssue whose cause is gone since the event. */
export function resolution(
  frame: EventFrame,
  outcome: AlertOutcome = 'auto-resolved',
): { status: 'final'; mitigation: DetectedIssueMitigation[] } {
  return {
    status: 'final',
    mitigation: [
      {
        action: {
          coding: [
            { system: codeSystemUrl('alert-outcome'), code: outcome, display: ALERT_OUTCOMES[outcome].en },
          ],
        },
        date: frame.event.occurredAt,
      },
    ],
  }
}
