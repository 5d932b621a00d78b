import assert from 'node:assert/strict'
import { ERROR_TEXTS } from '../../src/api/error-texts.js'
import { problemAnswer } from '../../src/api/problem.js'
import { HubError, type HubErrorCode } from '../../src/core/errors.js'
import { DOOR_TITLES } from '../../src/core/problem-json.js'

const TYPE = 'http://stafett.internal/fhir/CodeSystem/error'

describe('problems outside FHIR', () => {
  it('name type, title, status, detail, code and each place with its rule', () => {
    const issues = [
      { at: '/a', text: 'is required', code: 'MESSAGE_INVALID' as const },
      { at: '/b', text: 'is not known here' },
    ]
    const { status, body } = problemAnswer(
      new HubError('MESSAGE_INVALID', 'two rules are broken', { issues }),
    )
    assert.equal(status, 422)
    assert.deepEqual(JSON.parse(body), {
      type: `${TYPE}#MESSAGE_INVALID`,
      title: ERROR_TEXTS.MESSAGE_INVALID.en,
      status: 422,
      detail: 'two rules are broken',
      code: 'MESSAGE_INVALID',
      errors: [
        { at: '/a', detail: 'is required' },
        { at: '/b', detail: 'is not known here' },
      ],
    })
  })
  it('list the one place of an error that has no more', () => {
    const { body } = problemAnswer(new HubError('QUERY_INVALID', 'limit is a number', { at: 'limit' }))
    assert.deepEqual(JSON.parse(body).errors, [{ at: 'limit', detail: 'limit is a number' }])
  })
  it('tell nothing of a bug', () => {
    const { body } = problemAnswer(new TypeError('cannot read x of undefined'))
    assert.deepEqual(Object.keys(JSON.parse(body)), ['type', 'title', 'status', 'code'])
  })
  it('have one title for a code, whichever surface answers', () => {
    // Keys of the table are codes.
    for (const code of Object.keys(DOOR_TITLES) as HubErrorCode[])
      assert.equal(DOOR_TITLES[code], ERROR_TEXTS[code].en)
  })
})
