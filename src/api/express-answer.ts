/** Answers of the routes that express serves. */
import type { Response } from 'express'
import { HubError } from '../core/errors.js'

export function json(response: Response, status: number, body: unknown): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.setHeader('Cache-Control', 'no-store')
  response.end(JSON.stringify(body))
}

/** @throws HubError METHOD_NOT_ALLOWED, with what is allowed in the header */
export function refuseMethod(response: Response, allow: string): never {
  response.setHeader('Allow', allow)
  throw new HubError('METHOD_NOT_ALLOWED', `allowed here: ${allow}`)
}
