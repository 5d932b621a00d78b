/** Whether the past of the lists is what it was: the chain of hashes over their versions (medication-list.md 10). */
import express, { type Request, type Router } from 'express'
import { HubError } from '../core/errors.js'
import { type PersonId, personId } from '../core/ids.js'
import type { ListChain } from '../store/list-chain-contract.js'
import type { ApiDeps } from './deps.js'
import { json, refuseMethod } from './express-answer.js'
import { isObject } from './fhir-json.js'
import { looksNational } from './national-id.js'
import { admit, limitOf, parametersOf } from './ops-query.js'
import { readBody } from './request-body.js'

const REQUEST_BYTES_MAX = 4_096
const PERSONS_DEFAULT = 100
const PERSONS_MAX = 1_000

export function opsHistoryRoutes(deps: ApiDeps): Router {
  const { store } = deps
  const checked = async (person: PersonId) => {
    const chain = await store.listChain(person)
    if (chain === undefined) throw new HubError('NOT_FOUND', 'no such patient')
    return chainJson(person, chain)
  }
  const router = express.Router()
  router.get('/ops/list-histories', async (request, response) => {
    await admit(deps, request)
    const { after = '', limit } = parametersOf(request.query, ['after', 'limit'])
    json(response, 200, await checkPage(store, after, limitOf(limit, PERSONS_DEFAULT, PERSONS_MAX)))
  })
  router.get('/ops/list-histories/:patient', async (request, response) => {
    await admit(deps, request)
    const patient = String(request.params['patient'])
    if (looksNational(undefined, patient))
      throw new HubError('NATIONAL_ID_IN_URL', 'send the number in the body: POST /ops/list-histories', {
        at: 'patient',
      })
    json(response, 200, await checked(personId(patient)))
  })
  // A national number must not stand in a URL.
  router.post('/ops/list-histories', async (request, response) => {
    await admit(deps, request)
    const [person, ...others] = await store.findPersons([await identifierOf(request)])
    if (person === undefined) throw new HubError('NOT_FOUND', 'nobody has this identifier')
    if (others.length > 0) throw new HubError('IDENTITY_CONFLICT', 'the identifier is of several patients')
    json(response, 200, await checked(person))
  })
  router.all('/ops/list-histories', (_request, response) => refuseMethod(response, 'GET, HEAD, POST'))
  router.all('/ops/list-histories/:patient', (_request, response) => refuseMethod(response, 'GET, HEAD'))
  return router
}

async function checkPage(store: ApiDeps['store'], after: string, limit: number) {
  const persons = await store.personsAfter(after, limit)
  const broken: object[] = []
  let unchained = 0
  let versions = 0
  for (const person of persons) {
    const chain = await store.listChain(person)
    if (chain === undefined) continue
    versions += chain.versions
    unchained += chain.unchained
    if (chain.broken !== undefined) broken.push(chainJson(person, chain))
  }
  const last = persons.at(-1)
  return {
    checked: persons.length,
    versions,
    unchained,
    broken,
    ...(last === undefined || persons.length < limit
      ? {}
      : { next: `/ops/list-histories?limit=${limit}&after=${encodeURIComponent(last)}` }),
  }
}

const chainJson = (patient: PersonId, { versions, unchained, head, broken }: ListChain) => ({
  patient,
  versions,
  unchained,
  head: head ?? null,
  broken: broken ?? null,
})

/** `{"identifier": {"system", "value"}}`. @throws HubError MESSAGE_INVALID */
async function identifierOf(request: Request): Promise<{ system: string; value: string }> {
  const text = (await readBody(request, REQUEST_BYTES_MAX)).toString('utf8')
  const body = parsed(text)
  const identifier = isObject(body) ? body['identifier'] : undefined
  if (!isObject(identifier)) throw invalid('/identifier', 'an identifier with system and value is expected')
  const { system, value } = identifier
  if (!isText(system) || !isText(value))
    throw invalid('/identifier', 'an identifier with system and value is expected')
  return { system, value }
}

/** The database takes no text with a NUL. */
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0')

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HubError('MESSAGE_INVALID', 'is not JSON', { at: '/', cause })
  }
}

const invalid = (at: string, rule: string): HubError => new HubError('MESSAGE_INVALID', rule, { at })
