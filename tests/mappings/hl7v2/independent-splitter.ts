/** A second, independent reading of a message for the differential test: nested splits, no package, no escapes. */

export type RawTree = { name: string; fields: string[][][][] }[]

/** @param text one message with CR endings and a readable MSH */
export function splitIndependently(text: string): RawTree {
  const field = text[3]!
  const [component = '', repetition = '', , subcomponent = ''] = text.slice(4, text.indexOf(field, 4))
  const cut = (part: string, separator: string) => (separator === '' ? [part] : part.split(separator))
  return text
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...fields] = line.split(field)
      const values = name === 'MSH' ? fields.slice(1) : fields
      return {
        name,
        fields: values.map((value) =>
          cut(value, repetition).map((r) => cut(r, component).map((c) => cut(c, subcomponent))),
        ),
      }
    })
}
