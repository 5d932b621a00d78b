/** The files of `deploy/`, the Dockerfile and .env.example say what the code says. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { parseAllDocuments, parse as parseYaml } from 'yaml'
import { createOpsApp } from '../src/api/app.js'
import { parseConfig } from '../src/config.js'
import { openMetrics } from '../src/metrics.js'
import { packageRoot } from '../src/validation/package-root.js'

const root = packageRoot()
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** A parsed document: what a test asks of it, it asserts. */
// biome-ignore lint/suspicious/noExplicitAny: the shape of foreign YAML is what is tested here
type Yaml = any

const ROLES = ['api', 'worker', 'mllp'] as const
const NO_BACKLOG = async () => ({ waiting: 0, dead: 0, oldestWaitingS: 0 })

/** Names of all environment variables that the configuration asks for. */
function settingNames(): ReadonlySet<string> {
  const names = new Set<string>()
  const env = new Proxy<Record<string, string>>(
    {},
    {
      get(_target, name) {
        if (typeof name === 'string') names.add(name)
        return undefined
      },
    },
  )
  parseConfig(env)
  return names
}

const manifests: readonly Yaml[] = readdirSync(join(root, 'deploy/kubernetes'))
  .sort()
  .flatMap((file) =>
    parseAllDocuments(read(`deploy/kubernetes/${file}`)).map((document) => {
      assert.deepEqual(document.errors, [], file)
      return document.toJS()
    }),
  )
const named = (kind: string, name: string): Yaml => {
  const found = manifests.filter((item) => item.kind === kind && item.metadata.name === name)
  assert.equal(found.length, 1, `${kind} ${name}`)
  return found[0]
}
const podOf = (role: string): Yaml => named('Deployment', `stafett-${role}`).spec.template.spec
const { services }: Yaml = parseYaml(read('deploy/compose.yaml'), { merge: true })
const command = (role: string): string[] => ['node', 'dist/src/cli/stafett.js', 'serve', '--role', role]

/** Settings of a container, with something that parses for those that come from a Secret. */
function environmentOf(role: string): Record<string, string> {
  const [hub] = podOf(role).containers
  const secret = { DATABASE_URL: 'postgres://h/d', REDIS_URL: 'redis://h', STAFETT_PAGE_KEY: 'k' }
  assert.deepEqual(hub.envFrom, [{ configMapRef: { name: 'stafett' } }])
  for (const { name, valueFrom } of hub.env)
    assert.deepEqual(valueFrom, { secretKeyRef: { name: 'stafett', key: name } })
  assert.deepEqual(hub.env.map(({ name }: Yaml) => name).sort(), Object.keys(secret))
  return { ...named('ConfigMap', 'stafett').data, ...secret }
}

describe('deployment files', () => {
  it('.env.example lists every setting with its default, and nothing else', () => {
    const listed = parseEnv(read('.env.example'))
    assert.deepEqual(Object.keys(listed).sort(), [...settingNames()].sort())
    assert.deepEqual(parseConfig(listed as Record<string, string>), parseConfig({}))
  })

  it('the image holds what the hub reads at run time', () => {
    const [build = '', run = ''] = read('Dockerfile')
      .split(/^FROM .*$/m)
      .slice(1)
    const copied = [...run.matchAll(/^COPY --from=build \/app\/(\S+) \S+$/gm)].map(([, path]) => path)
    const sources = ['src', 'adapters', 'mappings', 'queue', 'fhir-profiles']
    for (const folder of sources) assert.match(build, new RegExp(`^COPY ${folder} ${folder}$`, 'm'))
    for (const path of ['package.json', 'node_modules', 'dist']) assert.ok(copied.includes(path), path)
    // What is found from the root of the package, and files beside sources that the compiler does not carry over.
    const code = sources.flatMap((folder) => filesUnder(folder).filter((file) => file.endsWith('.ts')))
    for (const file of code)
      for (const [, path = ''] of read(file).matchAll(/join\((?:packageRoot\(\)|root), '([\w.-]+)'/g))
        if (existsSync(join(root, path))) assert.ok(copied.includes(path), `${file} reads ${path}`)
    for (const folder of ['adapters', 'mappings', 'queue'])
      for (const file of filesUnder(folder))
        if (!file.endsWith('.ts')) assert.ok(copied.includes(folder), `the image lacks ${file}`)
    assert.match(run, /^USER (?!root)\S+$/m)
    const { port, mllpPort } = parseConfig({})
    assert.match(run, new RegExp(`^EXPOSE ${port} ${mllpPort}$`, 'm'))
  })

  it('compose runs every role on PostgreSQL with safe settings and Redis without eviction', () => {
    const known = settingNames()
    for (const role of ROLES) {
      assert.deepEqual(services[role].command, command(role))
      const unknown = Object.keys(services[role].environment).filter((name) => !known.has(name))
      assert.deepEqual(unknown, [])
      assert.ok(Number.parseInt(services[role].stop_grace_period, 10) * 1000 > parseConfig({}).drainMs)
      assert.match(
        services[role].healthcheck.test.join(' '),
        new RegExp(`:${parseConfig({}).port}/health/ready`),
      )
      assert.equal(services[role].read_only, true)
    }
    for (const setting of ['fsync=on', 'full_page_writes=on', 'synchronous_commit=on'])
      assert.ok(services.postgres.command.includes(setting), setting)
    const redis: string[] = services.redis.command
    assert.equal(redis[redis.indexOf('--maxmemory-policy') + 1], 'noeviction')
  })

  it('no process is told to leave loopback: the proxy beside it shares its network', () => {
    for (const role of ['api', 'mllp'])
      assert.equal(services[`${role}-proxy`].network_mode, `service:${role}`)
    for (const role of ROLES) {
      assert.equal('HOST' in services[role].environment, false)
      assert.deepEqual(parseConfig(environmentOf(role), role).host, '127.0.0.1')
      assert.equal(podOf(role).initContainers[0].restartPolicy, 'Always')
    }
  })

  it('the proxy asks for a client certificate and passes on to the ports of the code', () => {
    const { port, mllpPort } = parseConfig({})
    const [common, http, stream] = ['nginx', 'http', 'stream'].map((name) =>
      read(`deploy/proxy/${name}.conf`),
    )
    assert.match(common ?? '', new RegExp(`proxy_pass http://127.0.0.1:${port};`))
    assert.match(http ?? '', new RegExp(`proxy_pass http://127.0.0.1:${port};`))
    assert.match(stream ?? '', new RegExp(`proxy_pass 127.0.0.1:${mllpPort};`))
    for (const door of [http, stream]) {
      assert.match(door ?? '', /ssl_verify_client on;/)
      assert.match(door ?? '', /ssl_protocols TLSv1.2 TLSv1.3;/)
    }
  })

  for (const role of ROLES) {
    it(`Kubernetes runs role ${role} contained, probed and drained`, () => {
      const config = parseConfig(environmentOf(role), role)
      assert.deepEqual([...config.roles], [role])
      const pod = podOf(role)
      const [hub] = pod.containers
      assert.deepEqual(hub.command, command(role))
      assert.equal(pod.securityContext.runAsNonRoot, true)
      for (const container of [...pod.containers, ...pod.initContainers]) {
        assert.equal(container.securityContext.readOnlyRootFilesystem, true)
        assert.equal(container.securityContext.allowPrivilegeEscalation, false)
        assert.deepEqual(container.securityContext.capabilities.drop, ['ALL'])
        assert.ok(container.resources.requests.memory && container.resources.limits.memory)
      }
      assert.ok(config.drainPauseMs > 0)
      assert.ok(pod.terminationGracePeriodSeconds * 1000 > config.drainPauseMs + config.drainMs)
      assert.equal(config.mode, 'production')
      const budget = named('PodDisruptionBudget', `stafett-${role}`).spec
      const { spec } = named('Deployment', `stafett-${role}`)
      assert.deepEqual(budget.selector, spec.selector)
      assert.equal(spec.strategy.rollingUpdate.maxUnavailable, 0)
    })
  }

  it('probes ask for paths that every process serves, on a port that the proxy listens on', async () => {
    const served = await servedPaths()
    const common = read('deploy/proxy/nginx.conf')
    const passed = /location ~ \^\/\((.*)\)\$/
      .exec(common)?.[1]
      ?.split('|')
      .map((path) => `/${path}`)
    assert.deepEqual(passed, served)
    const listens = Number(/listen (\d+);/.exec(common)?.[1])
    for (const role of ROLES) {
      const [hub] = podOf(role).containers
      assert.equal(hub.startupProbe.httpGet.path, '/health/live')
      assert.equal(hub.livenessProbe.httpGet.path, '/health/live')
      assert.equal(hub.readinessProbe.httpGet.path, '/health/ready')
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
        assert.equal(hub[probe].httpGet.port, listens)
    }
  })

  it('Services and network rules name the doors of the proxies', () => {
    for (const [role, file] of [
      ['api', 'http'],
      ['mllp', 'stream'],
    ] as const) {
      const door = Number(/listen (\d+) ssl;/.exec(read(`deploy/proxy/${file}.conf`))?.[1])
      const [proxy] = podOf(role).initContainers
      const [target] = named('Service', `stafett-${role}`).spec.ports
      const port = proxy.ports.find(({ name }: Yaml) => name === target.targetPort)
      assert.equal(port.containerPort, door)
      assert.deepEqual(named('NetworkPolicy', `stafett-${role}`).spec.ingress[0].ports, [{ port: door }])
      assert.deepEqual(services[role].ports, [`${door}:${door}`])
    }
    assert.deepEqual(named('NetworkPolicy', 'stafett-default').spec.podSelector, {})
  })

  it('workers follow a metric that the hub reports', async () => {
    const { spec } = named('HorizontalPodAutoscaler', 'stafett-worker')
    assert.equal(spec.scaleTargetRef.name, named('Deployment', 'stafett-worker').metadata.name)
    assert.equal(named('Deployment', 'stafett-worker').spec.replicas, undefined)
    const [{ external }] = spec.metrics
    const reported = await openMetrics(NO_BACKLOG, () => 'bullmq', 'power-cut').text()
    assert.ok(reported.includes(`# TYPE ${external.metric.name} gauge`))
    const [rule] = parseYaml(read('deploy/prometheus-adapter.yaml')).rules.external
    assert.equal(rule.name.as, external.metric.name)
    assert.ok(Number(external.target.value) < parseConfig({}).backlogSoftS)
  })

  it('kustomization names every manifest and every file of the proxies', () => {
    const { resources, configMapGenerator } = parseYaml(read('deploy/kustomization.yaml'))
    assert.deepEqual(
      [...resources].sort(),
      readdirSync(join(root, 'deploy/kubernetes'))
        .map((file) => `kubernetes/${file}`)
        .sort(),
    )
    const generated = new Map<string, Yaml>(configMapGenerator.map((map: Yaml) => [map.name, map.files]))
    for (const files of generated.values()) for (const file of files) read(`deploy/${file}`)
    for (const role of ROLES)
      for (const { configMap } of podOf(role).volumes)
        if (configMap !== undefined) assert.ok(generated.has(configMap.name), configMap.name)
  })
})

const filesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))

/** Paths of health and metrics that a process of any role answers with 200. */
async function servedPaths(): Promise<readonly string[]> {
  const app = createOpsApp({
    health: async () => ({ status: 'ready', durability: 'power-cut', dispatcher: 'bullmq', reasons: [] }),
    metrics: async () => '',
    newId: () => '00000000-0000-4000-8000-000000000000',
    log: { error: fail, warn: fail, info: fail },
    publicUrl: 'http://127.0.0.1:3000',
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const paths = ['/health/live', '/health/ready', '/metrics']
  const statuses = await Promise.all(
    paths.map(async (path) => (await fetch(`http://127.0.0.1:${address.port}${path}`)).status),
  )
  server.close()
  return paths.filter((_path, index) => statuses[index] === 200)
}

const fail = (message: string): void => assert.fail(message)
