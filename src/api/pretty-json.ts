/** JSON text with line breaks for `_pretty=true`; works on the text, so that decimals keep their digits. */

const INDENT = '  '

export function prettyJson(text: string): string {
  let result = ''
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index)
    if (inString) {
      result += char
      if (char === '\\') result += text.charAt(++index)
      else if (char === '"') inString = false
    } else if (char === '"') {
      inString = true
      result += char
    } else if (char === '{' || char === '[') {
      depth += 1
      result += `${char}\n${INDENT.repeat(depth)}`
    } else if (char === '}' || char === ']') {
      depth -= 1
      result += `\n${INDENT.repeat(depth)}${char}`
    } else if (char === ',') result += `,\n${INDENT.repeat(depth)}`
    else if (char === ':') result += ': '
    else if (!/\s/.test(char)) result += char
  }
  return result
}
