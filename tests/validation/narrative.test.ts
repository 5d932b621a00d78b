import assert from 'node:assert/strict'
import { isSafeNarrative } from '../../src/validation/narrative.js'

const div = (content: string, attributes = ''): string =>
  `<div xmlns="http://www.w3.org/1999/xhtml"${attributes}>${content}</div>`

describe('narrative', () => {
  const accepted: Readonly<Record<string, string>> = {
    'plain text': div('1 tablett morgen'),
    'a table': div('<table class="a"><tbody><tr><td colspan="2">x</td></tr></tbody></table>'),
    'an image without text': div('<img src="#photo" alt="x"/>'),
    'a link to another resource': div('<a href="Patient/1">x</a>'),
    'a relative link': div('<a href="List-1.html#x">x</a>'),
    'a link with an escaped ampersand': div('<a href="https://x.test/?a=1&amp;b=2">x</a>'),
    'entities and comments': div('&lt;5 mg&#160;<!-- a - b --> x'),
    'a language and a style': div('x', ' xml:lang="nb" style="color: red"'),
  }
  for (const [title, text] of Object.entries(accepted))
    it(`accepts ${title}`, () => assert.equal(isSafeNarrative(text), true))

  const refused: Readonly<Record<string, string>> = {
    'a script': div('<script>x</script>'),
    'an event handler': div('<b onclick="x()">x</b>'),
    'a form': div('<form><input/></form>'),
    'an iframe': div('<iframe src="https://x.test"></iframe>x'),
    'a javascript link': div('<a href="javascript:x()">x</a>'),
    'a javascript link written in references': div('<a href="java&#115;cript&colon;x()">x</a>'),
    'a javascript link broken by a tab': div('<a href="java&Tab;script:x()">x</a>'),
    'a link of another scheme': div('<a href="vbscript:x()">x</a>'),
    'a javascript link after a blank': div('<a href=" javascript:x()">x</a>'),
    'a data link': div('<a href="data:text/html,x">x</a>'),
    'an SVG image': div('<img src="data:image/svg+xml;base64,AAAA"/>x'),
    'a style that loads': div('<b style="background: url(https://x.test)">x</b>'),
    'a CDATA section': div('<![CDATA[<script>]]>'),
    'a processing instruction': `<?xml version="1.0"?>${div('x')}`,
    'tags that cross': div('<b><i>x</b></i>'),
    'an open tag': '<div xmlns="http://www.w3.org/1999/xhtml"><p>x</div>',
    'an unclosed root': '<div xmlns="http://www.w3.org/1999/xhtml">x',
    'text after the root': `${div('x')}y`,
    'a second root': div('x') + div('y'),
    'a root that is no div': '<p xmlns="http://www.w3.org/1999/xhtml">x</p>',
    'a root without namespace': '<div>x</div>',
    'a bare ampersand': div('a & b'),
    'an attribute given twice': div('<b class="a" class="b">x</b>'),
    'an attribute without quotes': div('<b class=a>x</b>'),
    'no content': div(' <b> </b> '),
    'nothing at all': '',
    'upper-case tags': div('<SCRIPT>x</SCRIPT>'),
  }
  for (const [title, text] of Object.entries(refused))
    it(`refuses ${title}`, () => assert.equal(isSafeNarrative(text), false))

  it('answers at once on hostile input', () => {
    const startedAt = performance.now()
    for (const text of [
      div('<b '.repeat(50_000)),
      div(`<b ${'a="b" '.repeat(50_000)}`),
      div('<!--'.repeat(50_000)),
      div('&'.repeat(100_000)),
      '<div '.repeat(50_000),
    ])
      assert.equal(isSafeNarrative(text), false)
    assert.ok(performance.now() - startedAt < 2_000)
  })
})
