/**
 * A light reading of TypeScript source for the architecture test: comments gone, texts emptied, imports found. The
 * compiler's own parser is no longer a JavaScript library, and this needs no more than these few facts.
 */

export interface Import {
  readonly specifier: string
  /** `import type … from`: leaves nothing at run time. A value import with `type` inside its braces is not one. */
  readonly typeOnly: boolean
  readonly kind: 'import' | 'export' | 'dynamic' | 'require'
}

export interface SourceText {
  /** Without comments; texts and regular expressions keep their content. */
  readonly code: string
  /** As `code`, place by place, with blanks for the content of texts and regular expressions. */
  readonly bare: string
  /** As `bare`, with a `#` where a comment stood. */
  readonly outline: string
}

const REGEX_AFTER = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield|throw))\s*$/
/** As much of the text before a slash as is needed to tell a division from a regular expression. */
const LOOK_BACK_CHARACTERS = 40

const STATEMENT = /\b(import|export)\s+(type\s+)?(?:[\w$*{}\s,]*?)\bfrom\s*(['"])([^'"\n]+)\3/g
const SIDE_EFFECT = /\bimport\s*(['"])([^'"\n]+)\1/g
const DYNAMIC = /\bimport\s*\(\s*(['"`])([^'"`\n]+)\1/g
/** A path with a slash first is no module: functions that demand a JSON pointer are called so too. */
const REQUIRE = /\brequire(?:\.resolve)?\s*\(\s*(['"`])([^'"`\n/][^'"`\n]*)\1/g

export function readSource(source: string): SourceText {
  const state = { code: '', bare: '', outline: '', at: 0 }
  /** Depths of braces at which a template's `${` was opened. */
  const templates: number[] = []
  let braces = 0
  const take = (text: string, content: boolean): void => {
    state.code += text
    const shown = content ? ' '.repeat(text.length) : text
    state.bare += shown
    state.outline += shown
    state.at += text.length
  }
  const skipTo = (end: number): void => {
    state.outline += '#'
    state.at = end
  }
  while (state.at < source.length) {
    const rest = source.slice(state.at, state.at + 2)
    const char = rest.charAt(0)
    if (rest === '//') skipTo(endOf(source, '\n', state.at))
    else if (rest === '/*') skipTo(endOf(source, '*/', state.at + 2) + 2)
    else if (char === "'" || char === '"') takeQuoted(source, char, take, state)
    else if (char === '`' || (char === '}' && templates.at(-1) === braces)) {
      if (char === '}') templates.pop()
      take(char, false)
      if (takeTemplate(source, take, state)) templates.push(braces)
    } else if (char === '/' && REGEX_AFTER.test(state.bare.slice(-LOOK_BACK_CHARACTERS)))
      takeRegex(source, take, state)
    else {
      if (char === '{') braces++
      if (char === '}') braces--
      take(char, false)
    }
  }
  return { code: state.code, bare: state.bare, outline: state.outline }
}

type Take = (text: string, content: boolean) => void

const endOf = (source: string, mark: string, from: number): number => {
  const at = source.indexOf(mark, from)
  return at < 0 ? source.length : at
}

function takeQuoted(source: string, quote: string, take: Take, state: { at: number }): void {
  take(quote, false)
  while (state.at < source.length && source[state.at] !== quote && source[state.at] !== '\n')
    take(source.slice(state.at, state.at + (source[state.at] === '\\' ? 2 : 1)), true)
  if (source[state.at] === quote) take(quote, false)
}

/** Up to the closing back-tick (false) or the next `${` (true). */
function takeTemplate(source: string, take: Take, state: { at: number }): boolean {
  while (state.at < source.length) {
    if (source[state.at] === '`') {
      take('`', false)
      return false
    }
    if (source.startsWith('${', state.at)) {
      take('${', false)
      return true
    }
    take(source.slice(state.at, state.at + (source[state.at] === '\\' ? 2 : 1)), true)
  }
  return false
}

function takeRegex(source: string, take: Take, state: { at: number }): void {
  take('/', false)
  let inClass = false
  while (state.at < source.length && source[state.at] !== '\n') {
    const char = source[state.at]
    if (char === '/' && !inClass) break
    if (char === '[') inClass = true
    if (char === ']') inClass = false
    take(source.slice(state.at, state.at + (char === '\\' ? 2 : 1)), true)
  }
  if (source[state.at] === '/') take('/', false)
}

/** Every module that the source names: static, type-only, for its effects, `import()`, `require` and `export … from`. */
export function importsOf({ code, bare }: SourceText): Import[] {
  /** Matches whose first letter stands in code and not within a text. */
  const inCode = (pattern: RegExp): RegExpExecArray[] =>
    [...code.matchAll(pattern)].filter(({ index }) => bare[index] !== ' ')
  const found: Import[] = []
  for (const [, word, type, , specifier = ''] of inCode(STATEMENT))
    found.push({ specifier, typeOnly: type !== undefined, kind: word === 'export' ? 'export' : 'import' })
  for (const [, , specifier = ''] of inCode(SIDE_EFFECT))
    found.push({ specifier, typeOnly: false, kind: 'import' })
  for (const [, , specifier = ''] of inCode(DYNAMIC))
    found.push({ specifier, typeOnly: false, kind: 'dynamic' })
  for (const [, , specifier = ''] of inCode(REQUIRE))
    found.push({ specifier, typeOnly: false, kind: 'require' })
  return found
}
