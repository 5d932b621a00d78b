import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../src/validation/package-root.js'
import { type Violation, violationsOf } from './support/architecture.js'

const FOLDERS = ['src', 'mappings', 'adapters', 'queue', 'tests', 'bench', 'demo']

/** All sources of the checkout, by path from its root. Empty in an installation without sources. */
function sources(root: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const folder of FOLDERS) {
    if (!existsSync(join(root, folder))) continue
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (/\.(?:ts|mts|mjs)$/.test(entry) && !entry.endsWith('.d.ts'))
        files.set(`${folder}/${entry}`, readFileSync(join(root, folder, entry), 'utf8'))
  }
  return files
}

const planted = (
  file: string,
  source: string,
  more: Readonly<Record<string, string>> = {},
): Violation['rule'][] =>
  violationsOf(new Map([[file, source], ...Object.entries(more)])).map(({ rule }) => rule)

describe('architecture', () => {
  it('keeps to the table of imports, the file sizes and the other rules of shape', function () {
    const files = sources(packageRoot())
    if (![...files.keys()].some((file) => file.endsWith('.ts'))) this.skip()
    const violations = violationsOf(files)
    assert.deepEqual(
      violations.map(({ file, rule, what }) => `${file}: ${rule}: ${what}`),
      [],
    )
  })

  const CAUGHT: readonly [title: string, file: string, source: string, rule: Violation['rule']][] = [
    [
      'an import against the arrows',
      'mappings/hl7v2/a.ts',
      `import { b } from '../../adapters/transport/b.js'`,
      'import',
    ],
    ['a type import against the arrows', 'src/core/a.ts', `import type { B } from '../hub/b.js'`, 'import'],
    [
      'a dynamic import against the arrows',
      'src/core/a.ts',
      `const b = await import('../store/b.js')`,
      'import',
    ],
    ['an import for its effects', 'src/core/a.ts', `import '../store/b.js'`, 'import'],
    [
      'an import over several lines',
      'src/core/a.ts',
      `import {\n  b,\n  c,\n} from '../store/b.js'`,
      'import',
    ],
    [
      'a value where only types may come from',
      'src/hub/a.ts',
      `import { b } from '../store/b.js'`,
      'type-import-only',
    ],
    [
      'types inside the braces of a value import',
      'src/hub/a.ts',
      `import { type B } from '../store/b.js'`,
      'type-import-only',
    ],
    ['one vendor in another', 'adapters/devices/a/a.ts', `import { b } from '../b/b.js'`, 'other-vendor'],
    ['one party in another', 'adapters/a/adapter.ts', `import { b } from '../b/client.js'`, 'other-vendor'],
    ['a package of another layer', 'src/hub/a.ts', `import { Pool } from 'pg'`, 'package'],
    ['a subpath of such a package', 'src/store/a.ts', `import { b } from 'bullmq/b'`, 'package'],
    ['FHIR types imported as values', 'src/core/a.ts', `import { Patient } from 'fhir/r4.js'`, 'package'],
    ['a required package', 'src/core/a.ts', `const b = require('express')`, 'package'],
    ['a built-in in a mapping', 'mappings/kith/a.ts', `import { readFileSync } from 'node:fs'`, 'builtin'],
    [
      'a built-in without its prefix',
      'src/medication-list/a.ts',
      `import { randomUUID } from 'crypto'`,
      'builtin',
    ],
    [
      'a built-in that adapters may not use',
      'adapters/a/b.ts',
      `import { exec } from 'node:child_process'`,
      'builtin',
    ],
    ['a re-export', 'src/core/a.ts', `export { b } from './b.js'`, 're-export'],
    ['a re-export of everything', 'src/core/a.ts', `export * from './b.js'`, 're-export'],
    ['a re-export of types', 'src/core/a.ts', `export type { B } from './b.js'`, 're-export'],
    [
      'an imported name exported again',
      'src/core/a.ts',
      `import { b } from './b.js'\nexport { b }`,
      're-export',
    ],
    ['the environment read elsewhere', 'src/hub/a.ts', 'const a = process.env.A', 'environment'],
    [
      'the environment read inside a template',
      'src/hub/a.ts',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source that is looked at, not run
      'const a = `x ${process.env.A} y`',
      'environment',
    ],
    ['the environment imported', 'src/store/a.ts', `import { env } from 'node:process'`, 'environment'],
    ['an empty catch', 'src/hub/a.ts', 'try { a() } catch {}', 'empty-catch'],
    ['a promise whose error is dropped', 'src/hub/a.ts', 'a().catch(() => {})', 'empty-catch'],
    ['a file that is too long', 'src/hub/a.ts', 'a()\n'.repeat(301), 'lines'],
    ['a file outside every layer', 'src/utils/a.ts', 'a()', 'layer-unknown'],
  ]
  for (const [title, file, source, rule] of CAUGHT)
    it(`catches ${title}`, () => assert.deepEqual(planted(file, source), [rule]))

  it('catches a cycle, and lets pass one that only types close', () => {
    const other = {
      'src/core/b.ts': `import { c } from './c.js'`,
      'src/core/c.ts': `import { a } from './a.js'`,
    }
    assert.deepEqual(planted('src/core/a.ts', `import { b } from './b.js'`, other), ['cycle'])
    const typed = { ...other, 'src/core/b.ts': `import type { C } from './c.js'` }
    assert.deepEqual(planted('src/core/a.ts', `import { b } from './b.js'`, typed), [])
  })

  const PASSED: readonly [title: string, file: string, source: string][] = [
    ['an import in a comment', 'src/core/a.ts', `// import { b } from '../store/b.js'\n/* process.env */`],
    ['words in a text', 'src/core/a.ts', "const a = 'process.env catch {}'"],
    [
      'an apostrophe in a regular expression',
      'src/core/a.ts',
      `const a = /['"\`/]/.test(b)\n// it's process.env`,
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source that is looked at, not run
    ['a template within a template', 'src/core/a.ts', 'const a = `x ${b ? `${c}}` : 1} process.env`'],
    ['a catch that says why', 'src/hub/a.ts', 'try { a() } catch {\n  // was never there\n}'],
    ['types where only types may come from', 'src/api/a.ts', `import type { B } from '../store/contract.js'`],
    [
      'its own vendor and the shared transport',
      'adapters/devices/a/x/y.ts',
      `import { b } from '../b.js'\nimport { c } from '../../../transport/c.js'`,
    ],
    [
      'everything in the composition root',
      'src/main.ts',
      `import { Pool } from 'pg'\nconst a = process.env.A`,
    ],
    ['an export of its own', 'src/core/a.ts', `import { b } from './b.js'\nconst c = b\nexport { c }`],
  ]
  for (const [title, file, source] of PASSED)
    it(`lets pass ${title}`, () => assert.deepEqual(planted(file, source), []))
})
