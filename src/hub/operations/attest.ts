/** `List/{id}/$attest`: a person stands for a version of the list, for lines of it, or for what is supplied (medication-list.md 9). */
import type { MedicationStatement, Provenance } from 'fhir/r4.js'
import { codeSystemUrl, extensionUrl } from '../../core/canonical.js'
import { HubError, type Problem } from '../../core/errors.js'
import { lineContent } from '../../medication-list/attestation/line-content.js'
import { refuse } from '../refuse.js'
import type { ClientOperation, OperationCall, OperationEffect } from './client-operation.js'
import { isDecided, isHolder, undecidedIssues } from './decided.js'
import { issueDecisions } from './issue-decision.js'
import { currentLines, listAnswer, listOf, personAgent, provenanceOf } from './list-operation.js'
import { authorOf, codeOf, firstNamed, partsNamed } from './parameters.js'

export const attest: ClientOperation = { name: 'attest', ifMatch: 'list-version', apply }

const SCOPES = ['full', 'lines', 'supply-only'] as const
const BASES = ['patient-asked', 'relative-asked', 'home-visit', 'records-only', 'device-data'] as const
type Basis = (typeof BASES)[number]
/** Bases on which somebody was asked, or looked. */
const ASKED: ReadonlySet<Basis> = new Set(['patient-asked', 'relative-asked', 'home-visit'])

function apply(call: OperationCall): OperationEffect {
  const list = listOf(call)
  const { parameters, person } = call
  const author = authorOf(parameters)
  if (author.type !== undefined && author.type !== 'Practitioner')
    throw new HubError('RESOURCE_INVALID', 'a person with the right to decide attests', {
      at: "Parameters.parameter.where(name='author')",
    })
  const scope = codeOf(firstNamed(parameters, 'scope'), SCOPES, 'scope') ?? 'full'
  const bases = partsNamed(parameters, 'basis').flatMap((one) => codeOf(one, BASES, 'basis') ?? [])
  const usesNone = firstNamed(parameters, 'usesNoMedicines')?.valueBoolean === true
  const lines = currentLines(person, list.resource)
  const covered = scope === 'full' ? lines : scope === 'lines' ? namedLines(call, lines) : []
  const issues = issueDecisions(call)
  refuse([
    ...(scope === 'full' ? openQuestions(call, lines, issues) : []),
    ...(usesNone ? usesNoneProblems(call, scope, bases, lines) : []),
    ...(scope === 'full' && lines.length === 0 && !usesNone
      ? [
          {
            at: 'usesNoMedicines',
            text: 'an empty list is attested by saying that the person uses no medicines',
          },
        ]
      : []),
  ])
  const provenance = provenanceOf(call, {
    activity: { coding: [{ system: codeSystemUrl('medlist-activity'), code: 'attest' }] },
    extension: [
      { url: extensionUrl('attestation-scope'), valueCode: scope },
      ...bases.map((basis) => ({ url: extensionUrl('attestation-basis'), valueCode: basis })),
      ...(usesNone ? [{ url: extensionUrl('uses-no-medicines'), valueBoolean: true }] : []),
    ],
    target: [
      { reference: `List/${list.id}/_history/${list.version}` },
      ...covered.map((line) => targetOf(line)),
    ],
  })
  return { resources: [provenance, ...issues], author: personAgent(author), answer: listAnswer }
}

const targetOf = (line: MedicationStatement) => ({
  reference: `MedicationStatement/${line.id}/_history/${line.meta?.versionId}`,
  extension: [{ url: extensionUrl('attested-content'), valueString: lineContent(line) }],
})

/** @throws HubError RESOURCE_INVALID */
function namedLines(
  { parameters }: OperationCall,
  lines: readonly MedicationStatement[],
): readonly MedicationStatement[] {
  const ids = new Set(partsNamed(parameters, 'line').map(({ valueId }) => valueId))
  if (ids.size === 0) throw new HubError('RESOURCE_INVALID', 'no line is named', { at: 'line' })
  const named = lines.filter(({ id }) => ids.has(id))
  if (named.length < ids.size)
    throw new HubError('RESOURCE_INVALID', 'a line is named that is not on the list', { at: 'line' })
  const provisional = named.find(({ status }) => status === 'unknown')
  if (provisional !== undefined)
    throw new HubError('RESOURCE_INVALID', 'nobody has decided on a line yet', {
      at: `MedicationStatement/${provisional.id}`,
    })
  return named
}

/** Lines and grave discrepancies that a full attestation would leave open. */
function openQuestions(
  call: OperationCall,
  lines: readonly MedicationStatement[],
  issues: readonly Provenance[],
): Problem[] {
  const { parameters, person } = call
  const author = authorOf(parameters)
  return [
    ...lines
      .filter((line) => !isDecided(line, author, person))
      .map(({ id }) => ({
        at: `MedicationStatement/${id}`,
        text: 'a full attestation needs a decision on every line',
      })),
    ...undecidedIssues(person, issues).map(({ id }) => ({
      at: `DetectedIssue/${id}`,
      text: 'a full attestation needs a decision on every open high discrepancy',
    })),
  ]
}

function usesNoneProblems(
  { now, parameters, person }: OperationCall,
  scope: (typeof SCOPES)[number],
  bases: readonly Basis[],
  lines: readonly MedicationStatement[],
): Problem[] {
  const at = 'usesNoMedicines'
  const onBehalfOf = firstNamed(parameters, 'onBehalfOf')?.valueReference
  const mayNot = isHolder(person, authorOf(parameters), onBehalfOf, now) === false
  return [
    ...(mayNot ? [{ at, text: 'only who holds the list says that' }] : []),
    ...(scope === 'full' ? [] : [{ at, text: 'that is said with a full attestation only' }]),
    ...(lines.length === 0 ? [] : [{ at, text: 'the list has lines' }]),
    ...(bases.some((basis) => ASKED.has(basis)) ? [] : [{ at, text: 'somebody was asked, or looked' }]),
  ]
}
