/**
 * The words that JSON Schema lacks for FHIR, as ajv keywords that write code into the standalone validators. What they
 * call at run time is in rules.ts, imported by the generated file under the name `rules`.
 */
import { _, Ajv, type Code, type CodeKeywordDefinition, type KeywordCxt, Name, stringify } from 'ajv'
import { or } from 'ajv/dist/compile/codegen/index.js'
import names from 'ajv/dist/compile/names.js'

/** `needs`: each group is a name for the report and the JSON properties of which one must be there. */
export type NeededGroup = readonly [name: string, ...properties: string[]]
/** `choices`: element name without `[x]` and its JSON properties; at most one (with its `_` twin) may be there. */
export type ChoiceGroup = readonly [name: string, ...properties: string[]]

const RULES = new Name('rules')

const needs: CodeKeywordDefinition = {
  keyword: 'needs',
  type: 'object',
  schemaType: 'array',
  error: { message: 'needs', params: ({ params }) => _`{name: ${params['name']}}` },
  code(cxt) {
    // The schema builder is the only writer of this keyword.
    for (const [name, ...properties] of cxt.schema as NeededGroup[])
      fail(cxt, { name }, _`!(${or(...properties.map((property) => has(cxt, property)))})`)
  },
}

const choices: CodeKeywordDefinition = {
  keyword: 'choices',
  type: 'object',
  schemaType: 'array',
  error: { message: 'choices', params: ({ params }) => _`{name: ${params['name']}}` },
  code(cxt) {
    // The schema builder is the only writer of this keyword.
    for (const [name, ...properties] of cxt.schema as ChoiceGroup[])
      fail(cxt, { name }, _`${RULES}.choiceTaken(${cxt.data}, ${name}, ${embed(cxt, properties)}) > 1`)
  },
}

const pairedNulls: CodeKeywordDefinition = {
  keyword: 'pairedNulls',
  type: 'object',
  schemaType: 'array',
  error: { message: 'pairedNulls', params: ({ params }) => _`{name: ${params['name']}}` },
  code(cxt) {
    // The schema builder is the only writer of this keyword.
    for (const name of cxt.schema as string[])
      fail(
        cxt,
        { name },
        _`(${has(cxt, name)} || ${has(cxt, `_${name}`)}) && !${RULES}.nullsPaired(${cxt.data}[${name}], ${cxt.data}[${`_${name}`}])`,
      )
  },
}

const notEmpty: CodeKeywordDefinition = {
  keyword: 'notEmpty',
  type: 'object',
  schemaType: 'boolean',
  code: (cxt) => fail(cxt, {}, _`!${RULES}.hasContent(${cxt.data})`),
}

const invariants: CodeKeywordDefinition = {
  keyword: 'invariants',
  schemaType: 'array',
  error: { message: 'invariants', params: ({ params }) => _`{name: ${params['name']}}` },
  code(cxt) {
    // The schema builder is the only writer of this keyword.
    for (const name of cxt.schema as string[])
      fail(cxt, { name }, _`!${RULES}.invariants[${name}](${cxt.data}, ${names.default.rootData})`)
  },
}

/** A keyword whose whole schema is handed to one function of rules.ts: `(data, schema) → holds`. */
const tableKeyword = (keyword: string, ruleFunction: string): CodeKeywordDefinition => ({
  keyword,
  code: (cxt) =>
    fail(
      cxt,
      {},
      _`!${RULES}[${ruleFunction}](${cxt.data}, ${embed(cxt, cxt.schema)}, ${names.default.rootData})`,
    ),
})

/** `allErrors` gives the validators that list every problem; without it they stop at the first. */
export function fhirAjv(allErrors: boolean): Ajv {
  const ajv = new Ajv({
    allErrors,
    messages: false,
    inlineRefs: false,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
    // Comparisons written out, also for long lists: the loop would need a module of ajv at run time.
    loopEnum: Number.POSITIVE_INFINITY,
    code: { source: true, esm: true },
  })
  for (const definition of [needs, choices, pairedNulls, notEmpty, invariants]) ajv.addKeyword(definition)
  ajv.addKeyword(tableKeyword('codingIn', 'codingIn'))
  ajv.addKeyword(tableKeyword('targets', 'targetAllowed'))
  ajv.addKeyword(tableKeyword('hubExtensions', 'hubExtensionHolds'))
  ajv.addKeyword(tableKeyword('knownModifiers', 'modifiersKnown'))
  ajv.addKeyword(tableKeyword('matches', 'matchesPattern'))
  return ajv
}

function fail(cxt: KeywordCxt, params: Readonly<Record<string, string>>, condition: Code): void {
  cxt.gen.if(condition)
  cxt.setParams(Object.fromEntries(Object.entries(params).map(([name, value]) => [name, _`${value}`])))
  cxt.error()
  cxt.gen.endIf()
}

const has = (cxt: KeywordCxt, property: string) => _`${cxt.data}[${property}] !== undefined`

/** A constant of the generated file. */
function embed(cxt: KeywordCxt, value: unknown): Name {
  const json = JSON.stringify(value)
  return cxt.gen.scopeValue('schema', { key: json, ref: value, code: stringify(value) })
}
